import ActivityLog
import BenchmarkLines
import Glibc

/// `read-bench write COUNT` prints log lines; `read-bench LOG…` reads logs through `EventStream` with each
/// inflating library and prints the processor time an event took.
@main
struct ReadBench {
    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.count == 2, arguments[0] == "write", let count = Int(arguments[1]) {
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
            return
        }
        for backend in InflateBackend.allCases {
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
}
