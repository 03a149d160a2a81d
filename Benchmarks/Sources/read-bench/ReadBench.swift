import ActivityLog
import BenchmarkLines
import Glibc

/// `read-bench write COUNT` prints log lines; `read-bench [LIBRARY] LOG…` reads logs through `EventStream` with one
/// inflating library or with each and prints the processor time an event took; `read-bench digest LOG…` prints a
/// digest of the events that came, by which two programs are seen to read alike.
@main
struct ReadBench {
    static func main() throws {
        var arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.count == 2, arguments[0] == "write", let count = Int(arguments[1]) {
            return write(count)
        }
        if arguments.first == "digest" {
            arguments.removeFirst()
            print("digest \(try digest(arguments))")
            return
        }
        var backends = InflateBackend.allCases
        if let name = arguments.first, let backend = InflateBackend(rawValue: name) {
            backends = [backend]
            arguments.removeFirst()
        }
        for backend in backends {
            var configuration = ReadConfiguration()
            configuration.inflateBackend = backend
            let start = clock()
            var stream = try EventStream(paths: arguments, configuration: configuration)
            var batch = EventBatch()
            while stream.next(into: &batch) {}
            let seconds = Double(clock() - start) / 1e6
            let report = stream.report
            print(
                "\(backend.rawValue): \(report.events) events, \(report.duplicates) duplicates, \(report.late) late, "
                    + "\(Int(seconds * 1e9 / Double(max(report.events, 1)))) ns an event")
            for source in report.sources {
                if let problem = source.problem { print("\(source.path): \(problem)") }
            }
        }
    }

    private static func write(_ count: Int) {
        var lines = BenchmarkLines(seed: 7)
        var bytes: [UInt8] = []
        for index in 0..<count {
            lines.append(to: &bytes)
            if bytes.count > 1 << 20 || index == count - 1 {
                bytes.withUnsafeBytes {
                    var done = 0
                    while done < $0.count {
                        let count = Glibc.write(1, $0.baseAddress! + done, $0.count - done)
                        guard count > 0 else { exit(1) }
                        done += count
                    }
                }
                bytes.removeAll(keepingCapacity: true)
            }
        }
    }

    /// A digest of all that comes out of the logs, in its order.
    private static func digest(_ paths: [String]) throws -> UInt64 {
        var stream = try EventStream(paths: paths)
        var batch = EventBatch()
        var digest: UInt64 = 0xCBF2_9CE4_8422_2325
        func add(_ word: UInt64) { digest = (digest ^ word) &* 0x9E37_79B9_7F4A_7C15 ^ digest >> 29 }
        // Whole words up to here; behind it fields with padding between them.
        let words = MemoryLayout<Event>.offset(of: \.wxDeviceUsers1d)! / 8
        while stream.next(into: &batch) {
            for event in batch.events {
                withUnsafeBytes(of: event) { bytes in
                    for index in 0..<words { add(bytes.load(fromByteOffset: index * 8, as: UInt64.self)) }
                }
                add(UInt64(event.wxDeviceUsers1d))
                add(
                    UInt64(event.wxRiskRank) << 32 | UInt64(event.wxDeviceRiskRank) << 16
                        | UInt64(event.rating))
                add((event.ok ? 2 : 0) | (event.modelIsEmulator ? 1 : 0))
                add(UInt64(event.type.rawValue) << 32 | UInt64(event.platform.rawValue))
                add(UInt64(event.deviceSource.rawValue) << 32 | UInt64(event.network.rawValue))
                let start = Int(event.accountTextOffset)
                for byte in batch.text[start..<start + Int(event.accountTextLength)] { add(UInt64(byte)) }
            }
        }
        return digest
    }
}
