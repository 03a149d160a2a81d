import CZlib
import Foundation
import RiskFeatures
import RiskModel

/// The file beside a database from which a tail goes on: where it was in the logs, and what it remembered there.
///
/// Layout, all numbers little-endian: a header of 64 bytes (magic, version, the lengths of the three parts, its own
/// CRC-32), the parts one after the other (facts as JSON, the stream's bytes, the engine's bytes), and a CRC-32 for
/// each 4 MiB of them. It is written beside its place, synced, and renamed, so that the one before stays until
/// the new is whole.
public struct CheckpointFile: Sendable {
    /// `DATABASE-checkpoint`.
    public let path: String

    /// - Parameter database: path of the database that the checkpoint belongs to.
    public init(database: String) { path = database + "-checkpoint" }

    /// What must agree for a checkpoint to be of use, and what is told of it.
    struct Facts: Codable, Equatable {
        /// `CaseFile`'s own id: flags before the checkpoint are in that database only.
        var database: String
        /// Of the file text of the model whose scores the engine remembers.
        var model: UInt64
        /// How lines became events: options that change which events there are, or their keys or order.
        var reading: UInt64
        /// Wall clock, milliseconds since 1970 UTC.
        var savedMs: Int64
    }

    private static let magic = Array("PromoGuard state".utf8)
    private static let version: UInt64 = 1
    private static let headerLength = 64
    private static let partLength = 4 << 20

    // MARK: Writing

    /// - Throws: `CheckpointError`; the checkpoint before stays then.
    func write(_ facts: Facts, stream: [UInt8], engine: borrowing StateCopy) throws(CheckpointError) {
        let facts = [UInt8](try! JSONEncoder().encode(facts))
        let temporary = path + ".writing"
        let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw CheckpointError(path, .cannotWrite(CheckpointFile.systemCause)) }
        let isWritten = engine.withBytes { engine in
            facts.withUnsafeBytes { facts in
                stream.withUnsafeBytes { stream in
                    CheckpointFile.write([facts, stream, engine], to: file)
                }
            }
        }
        // The last error counts, so it is taken before anything else is called.
        guard isWritten, fsync(file) == 0 else {
            let why = CheckpointFile.systemCause
            close(file)
            unlink(temporary)
            throw CheckpointError(path, .cannotWrite(why))
        }
        guard close(file) == 0, rename(temporary, path) == 0 else {
            let why = CheckpointFile.systemCause
            unlink(temporary)
            throw CheckpointError(path, .cannotWrite(why))
        }
        OutputTarget.syncFolder(of: path)
    }

    private static var systemCause: String { String(cString: strerror(errno)) }

    private static func write(_ parts: [UnsafeRawBufferPointer], to file: Int32) -> Bool {
        var header = magic
        for number in [version] + parts.map({ UInt64($0.count) }) { append(number, to: &header) }
        header += [UInt8](repeating: 0, count: headerLength - 8 - header.count)
        append(UInt64(header.withUnsafeBytes { checksum($0) }), to: &header)
        guard header.withUnsafeBytes({ writeAll($0, to: file) }) else { return false }

        var sums: [UInt8] = []
        for part in parts {
            for piece in pieces(of: part) {
                append(checksum(piece), to: &sums)
                guard writeAll(piece, to: file) else { return false }
            }
        }
        return sums.withUnsafeBytes { writeAll($0, to: file) }
    }

    private static func writeAll(_ bytes: UnsafeRawBufferPointer, to file: Int32) -> Bool {
        var written = 0
        while written < bytes.count {
            let count = Foundation.write(file, bytes.baseAddress! + written, bytes.count - written)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            written += count
        }
        return true
    }

    // MARK: Reading

    /// The three parts of a checkpoint whose checksums are right.
    struct Contents {
        var facts: Facts
        var stream: [UInt8]
        /// Holds the file's bytes, of which `engine` is a part.
        fileprivate let bytes: Data
        fileprivate let engine: Range<Int>

        /// The engine of the checkpoint.
        func restoredEngine() throws(StateError) -> FeatureEngine {
            let whole = bytes as NSData
            return try FeatureEngine(
                restoring: UnsafeRawBufferPointer(
                    start: whole.bytes + engine.lowerBound, count: engine.count))
        }
    }

    /// - Returns: nil when there is no checkpoint.
    /// - Throws: `CheckpointError` when what is there is none, is cut short, or damaged.
    func read() throws(CheckpointError) -> Contents? {
        let bytes: Data
        do {
            bytes = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
            return nil
        } catch {
            throw CheckpointError(path, .cannotRead(error.localizedDescription))
        }
        do {
            return try CheckpointFile.contents(bytes)
        } catch {
            throw CheckpointError(path, error)
        }
    }

    private static func contents(_ bytes: Data) throws(CheckpointError.Cause) -> Contents {
        let whole = bytes as NSData
        let all = UnsafeRawBufferPointer(start: whole.bytes, count: whole.length)
        guard all.prefix(magic.count).elementsEqual(magic) else { throw .foreign }
        guard all.count >= headerLength else { throw .torn }
        guard number(at: headerLength - 8, in: all) == UInt64(checksum(piece(all, 0..<headerLength - 8)))
        else {
            throw .damaged
        }
        let found = number(at: magic.count, in: all)
        guard found == version else { throw .otherBuild("layout \(found), this one: \(version)") }
        var parts: [Range<Int>] = []
        var end = headerLength
        for part in 0..<3 {
            let length = number(at: magic.count + 8 + part * 8, in: all)
            guard length <= UInt64(all.count - end) else { throw .torn }
            parts.append(end..<end + Int(length))
            end += Int(length)
        }
        let checked = parts.flatMap { pieces(of: piece(all, $0)) }
        guard all.count == end + checked.count * 4 else { throw .torn }
        // Only read, by as many threads as there are.
        nonisolated(unsafe) let (sums, parted) = (piece(all, end..<all.count), checked)
        let areRight = mapConcurrently(parted.count) { index in
            UInt32(littleEndian: sums.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self))
                == checksum(parted[index])
        }
        guard !areRight.contains(false) else { throw .damaged }
        guard let facts = try? JSONDecoder().decode(Facts.self, from: Data(piece(all, parts[0]))) else {
            throw .otherBuild("its facts differ")
        }
        return Contents(facts: facts, stream: Array(piece(all, parts[1])), bytes: bytes, engine: parts[2])
    }

    // MARK: Bytes

    private static func append(_ number: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    private static func number(at offset: Int, in bytes: UnsafeRawBufferPointer) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    private static func piece(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> UnsafeRawBufferPointer
    {
        UnsafeRawBufferPointer(rebasing: bytes[range])
    }

    private static func pieces(of part: UnsafeRawBufferPointer) -> [UnsafeRawBufferPointer] {
        stride(from: 0, to: part.count, by: partLength).map {
            piece(part, $0..<min($0 + partLength, part.count))
        }
    }

    private static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        UInt32(crc32(0, bytes.bindMemory(to: UInt8.self).baseAddress, UInt32(bytes.count)))
    }
}

/// Why a checkpoint could not be written, or is of no use; its description is one line for a person.
public struct CheckpointError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Cause: Error, Sendable, Equatable {
        case cannotWrite(String)
        case cannotRead(String)
        case foreign
        case torn
        case damaged
        case otherBuild(String)
        case otherDatabase
        case otherReading
        /// A part of it is: why, as a clause.
        case unusable(String)
    }

    public let path: String
    public let cause: Cause

    init(_ path: String, _ cause: Cause) {
        self.path = path
        self.cause = cause
    }

    public var description: String {
        switch cause {
        case .cannotWrite(let why): "cannot write the checkpoint \(path): \(why); the one before stays"
        case .cannotRead(let why): "cannot read the checkpoint \(path): \(why); check its owner and mode"
        case .foreign: unusable("it is not a checkpoint of promoguard")
        case .torn: unusable("it is cut short")
        case .damaged: unusable("its checksum does not match")
        case .otherBuild(let difference): unusable("another version of promoguard wrote it (\(difference))")
        case .otherDatabase: unusable("it belongs to another database")
        case .otherReading: unusable("it was made with other reading options")
        case .unusable(let why): unusable(why)
        }
    }

    private func unusable(_ why: String) -> String {
        "cannot go on from the checkpoint \(path): \(why); reading the logs from their start"
    }
}
