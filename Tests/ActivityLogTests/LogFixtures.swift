import CZlib
import Glibc

@testable import ActivityLog

/// Writes gzip members for the tests; `windowBits` 31 makes zlib write header and trailer.
enum Gzip {
    /// - Parameter isFinished: false leaves the member open after a sync flush, as a log that is still written.
    static func member(_ bytes: [UInt8], isFinished: Bool = true) -> [UInt8] {
        deflated(bytes, windowBits: 31, flush: isFinished ? Z_FINISH : Z_SYNC_FLUSH)
    }

    /// A member with every optional part of RFC 1952's header.
    static func memberWithFullHeader(_ bytes: [UInt8]) -> [UInt8] {
        var header: [UInt8] = [0x1F, 0x8B, 8, 2 | 4 | 8 | 16, 1, 2, 3, 4, 0, 3]
        header += [5, 0] + Array("extra".utf8)
        header += Array("name.log".utf8) + [0]
        header += Array("a comment".utf8) + [0]
        let check = crc32_z(0, header, header.count)
        header += [UInt8(check & 0xFF), UInt8(check >> 8 & 0xFF)]
        return header + deflated(bytes, windowBits: -15, flush: Z_FINISH) + trailer(bytes)
    }

    static func trailer(_ bytes: [UInt8]) -> [UInt8] {
        let crc = UInt32(crc32_z(0, bytes, bytes.count))
        return (0..<4).map { UInt8(truncatingIfNeeded: crc >> ($0 * 8)) }
            + (0..<4).map { UInt8(truncatingIfNeeded: bytes.count >> ($0 * 8)) }
    }

    static func deflated(_ bytes: [UInt8], windowBits: Int32, flush: Int32) -> [UInt8] {
        var stream = z_stream()
        precondition(pg_deflate_init(&stream, 6, windowBits) == Z_OK)
        defer { deflateEnd(&stream) }
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))) + 64)
        var input = bytes
        let count = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(target.count)
                _ = deflate(&stream, flush)
                return target.count - Int(stream.avail_out)
            }
        }
        return Array(output[..<count])
    }
}

/// A folder of its own for one test, removed with it.
final class TemporaryFolder {
    let path: String

    init() {
        var template = Array("/tmp/activity-log-tests.XXXXXX".utf8CString)
        path = String(cString: mkdtemp(&template))
    }

    deinit {
        if let folder = opendir(path) {
            while let entry = readdir(folder) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                unlink(path + "/" + name)
                rmdir(path + "/" + name)
            }
            closedir(folder)
        }
        rmdir(path)
    }

    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) -> String {
        let file = path + "/" + name
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        precondition(descriptor >= 0)
        var written = 0
        bytes.withUnsafeBytes {
            while written < $0.count {
                written += Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written)
            }
        }
        close(descriptor)
        return file
    }

    @discardableResult
    func write(_ name: String, _ text: String) -> String { write(name, Array(text.utf8)) }
}

/// A generator with a seed, so that a failing test fails again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}

/// What a whole run gave.
struct Reading {
    var events: [Event] = []
    var accounts: [String] = []
    var report = ReadReport()

    var problems: [String] { report.sources.compactMap(\.problem) }

    /// The events as values that compare equal when every field is.
    var fingerprints: [String] {
        zip(events, accounts).map { event, account in
            var copy = event
            copy.accountTextOffset = 0
            return "\(account) \(copy)"
        }
    }

    init(_ paths: [String], configuration: ReadConfiguration = ReadConfiguration()) throws {
        var stream = try EventStream(paths: paths, configuration: configuration)
        var batch = EventBatch()
        while stream.next(into: &batch) {
            for event in batch.events {
                events.append(event)
                let start = Int(event.accountTextOffset)
                accounts.append(
                    String(decoding: batch.text[start..<start + Int(event.accountTextLength)], as: UTF8.self))
            }
        }
        report = stream.report
    }

    init(_ path: String, backend: InflateBackend) throws {
        var configuration = ReadConfiguration()
        configuration.inflateBackend = backend
        try self.init([path], configuration: configuration)
    }
}

/// 2026-01-01, in milliseconds.
let newYear: Int64 = 1_767_225_600_000

/// The line of a small event `ms` after the new year.
func line(_ ms: Int64, account: String = "a", _ more: String = "") -> String {
    "{\"ts\":\(newYear + ms),\"event\":\"click\",\"account_id\":\"\(account)\"\(more)}\n"
}
