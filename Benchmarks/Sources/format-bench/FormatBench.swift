import ActivityLog
import BenchmarkLines

/// Reads lines of each built-in format and of the schema through `EventStream`'s decoders in one run, on one core, and prints
/// how many events a second each gives, and its share of the schema's events and bytes a second.
///
///     format-bench [FORMAT…]
@main
struct FormatBench {
    static let count = 4_000

    static func main() throws {
        var own = BenchmarkLines(seed: 7)
        var canonical: [UInt8] = []
        var ranges: [Range<Int>] = []
        for _ in 0..<count {
            let start = canonical.count
            own.append(to: &canonical)
            ranges.append(start..<canonical.count - 1)
        }
        var formats: [(name: String, bytes: [UInt8], ranges: [Range<Int>])] = []
        let named = Array(CommandLine.arguments.dropFirst())
        for name in named.isEmpty ? FormatLines.names : named {
            var lines = FormatLines(seed: 7)
            var bytes: [UInt8] = []
            var ranges: [Range<Int>] = []
            while ranges.count < count {
                let line = Array(lines.line(of: name).utf8)
                ranges.append(bytes.count..<bytes.count + line.count)
                bytes += line
            }
            formats.append((name, bytes + [UInt8](repeating: 0, count: EventDecoder.margin), ranges))
        }
        canonical += [UInt8](repeating: 0, count: EventDecoder.margin)
        var best = [Double](repeating: .infinity, count: formats.count)
        var events = [Int](repeating: 0, count: formats.count)
        var bestOwn = Double.infinity
        // Turn by turn, so that a busy moment of the machine falls on all alike.
        let probes = try formats.map { try FormatProbe($0.name == "sensors-server" ? "sensors" : $0.name) }
        var decoder = EventDecoder()
        for _ in 0..<40 {
            var batch = EventBatch()
            bestOwn = min(
                bestOwn,
                seconds {
                    canonical.withUnsafeBytes { raw in
                        for (index, range) in ranges.enumerated() {
                            if index % 2048 == 0 { batch.removeAll() }
                            do throws(RejectReason) {
                                try decoder.decode(
                                    UnsafeRawBufferPointer(rebasing: raw[range]).bytes,
                                    margin: EventDecoder.margin,
                                    into: &batch)
                            } catch { fatalError("line \(index) was refused: \(error)") }
                        }
                    }
                } / Double(count))
            for (place, format) in formats.enumerated() {
                let time = seconds {
                    events[place] = format.bytes.withUnsafeBytes { probes[place].read(format.ranges, in: $0) }
                }
                best[place] = min(best[place], time / Double(events[place]))
            }
        }
        print("                                                      of canonical (aim 35 %)")
        print("format           bytes an event  ns an event   events/s     events      bytes")
        let ownBytes = canonical.count / count
        func row(_ name: String, _ bytes: Int, _ time: Double) {
            func right(_ text: String, _ width: Int) -> String {
                String(repeating: " ", count: max(0, width - text.count)) + text
            }
            func share(_ ratio: Double) -> String { right("\(Int((ratio * 100).rounded())) %", 11) }
            let ratio = bestOwn / time
            print(
                name + right("\(bytes)", 31 - name.count) + right("\(Int((time * 1e9).rounded()))", 13)
                    + right("\(Int(1 / time))", 11) + share(ratio)
                    + share(ratio * Double(bytes) / Double(ownBytes)))
        }
        row("canonical", ownBytes, bestOwn)
        for (place, format) in formats.enumerated() {
            row(format.name, format.bytes.count / events[place], best[place])
        }
    }

    static func seconds(_ body: () -> Void) -> Double { ContinuousClock().measure(body) / .seconds(1) }
}
