import ActivityLog
import BenchmarkLines
import Foundation

/// Decodes the same lines with `EventDecoder` and with `JSONDecoder`, on one core, and prints both and the ratio.
@main
struct DecodeBench {
    /// What `JSONDecoder` is asked for: every field that the lines carry.
    struct Record: Decodable {
        var ts: Int64
        var event: String
        var account: String
        var id, device, deviceSource, ip, session, network, wifi: String?
        var platform, brand, model, os, wx, page, campaign, coupon, order, sku: String?
        var scene, dwell, points, amount, discount: Int64?
        var ok: Bool?

        enum CodingKeys: String, CodingKey {
            case ts, event, ip, network, platform, brand, model, page, scene, points, ok
            case account = "account_id"
            case id = "event_id"
            case device = "device_id"
            case deviceSource = "device_source"
            case session = "session_id"
            case wifi = "wifi_id"
            case os = "os_version"
            case wx = "wx_version"
            case campaign = "campaign_id"
            case coupon = "coupon_id"
            case order = "order_id"
            case sku = "sku_id"
            case dwell = "dwell_ms"
            case amount = "amount_fen"
            case discount = "discount_fen"
        }
    }

    static func main() throws {
        let count = 200_000
        var bytes: [UInt8] = []
        var ranges: [Range<Int>] = []
        var lines = BenchmarkLines(seed: 7)
        for _ in 0..<count {
            let start = bytes.count
            lines.append(to: &bytes)
            ranges.append(start..<bytes.count - 1)
        }
        bytes.append(contentsOf: [UInt8](repeating: 0, count: EventDecoder.margin))
        print("\(count) lines of \(bytes.count / count) bytes")

        var decoder = EventDecoder()
        var batch = EventBatch()
        var best = Duration.seconds(3600)
        for _ in 0..<7 {
            let time = ContinuousClock().measure {
                bytes.withUnsafeBytes { raw in
                    for (index, range) in ranges.enumerated() {
                        if index % 2048 == 0 { batch.removeAll() }
                        do throws(RejectReason) {
                            try decoder.decode(
                                UnsafeRawBufferPointer(rebasing: raw[range]).bytes,
                                margin: EventDecoder.margin, into: &batch)
                        } catch { fatalError("line \(index) was refused: \(error)") }
                    }
                }
            }
            best = min(best, time)
        }
        let own = seconds(best) / Double(count)

        let sample = ranges.prefix(20_000)
        let foundation = JSONDecoder()
        var sum: Int64 = 0
        let time = try ContinuousClock().measure {
            for range in sample {
                sum &+= try foundation.decode(Record.self, from: Data(bytes[range])).ts
            }
        }
        let theirs = seconds(time) / Double(sample.count)
        print(String(format: "EventDecoder  %6.0f ns an event  %10.0f events/s", own * 1e9, 1 / own))
        print(String(format: "JSONDecoder   %6.0f ns an event  %10.0f events/s", theirs * 1e9, 1 / theirs))
        print(String(format: "ratio %.1f (check %d)", theirs / own, sum % 10))
    }

    static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    }
}
