import Foundation
import RiskModel

/// Fits a table and prints what came of it, for `Benchmarks/learning/learning.py`.
///
///     learn-bench plain  TABLE ROWS COLUMNS PENALTY            seconds, log-loss and peak memory as JSON
///     learn-bench search TABLE ROWS COLUMNS TEST TESTROWS OUT  seconds as JSON; log-odds of the test rows into OUT
///
/// A table is rows of 32-bit floats, the last of each the label.
@main enum LearnBench {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 6, let rows = Int(arguments[3]), let columns = Int(arguments[4]) else {
            fatalError("usage: learn-bench plain|search TABLE ROWS COLUMNS …")
        }
        let set = try table(arguments[2], rows, columns)
        let start = ContinuousClock.now
        switch arguments[1] {
        case "plain":
            let penalty = Double(arguments[5])!
            let fit = PlainLogistic(set, penalty: penalty)
            report(["seconds": start.duration(to: .now) / .seconds(1), "objective": fit.objective])
        default:
            let head = try LogisticTrainer().train(set) {
                FileHandle.standardError.write(Data("  \(Int($0.share * 100)) %  \($0.text)\n".utf8))
            }.head
            let seconds = start.duration(to: .now) / .seconds(1)
            let model = LogisticModel(
                name: "bench", training: .init(data: "a table", commands: []), heads: [.couponAbuse: head])
            let test = try table(arguments[5], Int(arguments[6])!, columns)
            let scorer = try Scorer(model, featureNames: set.columns.map(\.name))
            let logits = test.values.withUnsafeBufferPointer { values in
                (0..<test.count).map { row in
                    scorer.logits(
                        UnsafeBufferPointer(rebasing: values[row * columns..<(row + 1) * columns])
                    ).couponAbuse
                }
            }
            try logits.withUnsafeBytes { try Data($0).write(to: URL(fileURLWithPath: arguments[7])) }
            report([
                "seconds": seconds, "terms": Double(head.terms.count), "crosses": Double(head.crosses.count),
            ])
        }
    }

    private static func table(_ path: String, _ rows: Int, _ columns: Int) throws -> TrainingSet {
        guard let file = fopen(path, "rb") else { throw CocoaError(.fileReadNoSuchFile) }
        defer { fclose(file) }
        var set = TrainingSet(columns: (0..<columns).map { TrainingColumn("c\($0)") })
        set.reserveCapacity(rows)
        var row = [Float](repeating: 0, count: columns + 1)
        for index in 0..<rows {
            guard fread(&row, MemoryLayout<Float>.size, columns + 1, file) == columns + 1 else {
                throw CocoaError(.fileReadCorruptFile)
            }
            row.withUnsafeBufferPointer {
                set.append(
                    UnsafeBufferPointer(rebasing: $0.dropLast()), label: $0[columns] > 0.5,
                    group: UInt64(index), account: index)
            }
        }
        return set
    }

    private static func report(_ figures: [String: Double]) {
        var figures = figures
        figures["peak_mb"] = peak
        let fields = figures.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }
        print("{\(fields.joined(separator: ", "))}")
    }

    /// The most memory that this program held, MB. Not what `getrusage` says, which on Linux begins at what the
    /// program held that started this one.
    private static var peak: Double {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
            let kilobytes = Double(line.split(whereSeparator: \.isWhitespace)[1])
        else { return .nan }
        return kilobytes / 1024
    }
}
