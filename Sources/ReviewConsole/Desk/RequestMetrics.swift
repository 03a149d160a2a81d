import CaseFile
import Presentation
import Synchronization

/// Counts and times requests, and writes them with the state of the file as Prometheus reads it.
final class RequestMetrics: Sendable {
    private struct Route {
        var byStatus: [Int: Int] = [:]
        /// Requests that took at most `bounds[i]`, and one place more for the slower.
        var byTime = [Int](repeating: 0, count: RequestMetrics.bounds.count + 1)
        var seconds = 0.0
    }

    /// Seconds.
    private static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5]

    private let routes = Mutex<[String: Route]>([:])

    /// - Parameter route: its pattern, so that no id becomes a label.
    func add(_ route: String, status: Int, took: Duration) {
        let seconds = took / .seconds(1)
        let place = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
        routes.withLock { routes in
            routes[route, default: Route()].byStatus[status, default: 0] += 1
            routes[route]!.byTime[place] += 1
            routes[route]!.seconds += seconds
        }
    }

    /// The exposition format, version 0.0.4.
    func text(_ counts: [FlagCount], _ tail: TailStatus?, listeners: Int) -> String {
        var text = ""
        func begin(_ name: String, _ type: String, _ help: String) {
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
        }
        func add(_ name: String, _ labels: [(String, String)], _ value: Double) {
            let list = labels.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",")
            text += name + (list.isEmpty ? "" : "{\(list)}") + " \(JSONValue.number(value).text)\n"
        }
        let routes = routes.withLock { $0 }.sorted { $0.key < $1.key }
        begin("promoguard_http_requests_total", "counter", "Requests answered.")
        for (path, route) in routes {
            for (status, count) in route.byStatus.sorted(by: { $0.key < $1.key }) {
                add(
                    "promoguard_http_requests_total", [("route", path), ("status", "\(status)")],
                    Double(count))
            }
        }
        begin("promoguard_http_request_seconds", "histogram", "Time to answer.")
        for (path, route) in routes {
            var sum = 0
            for (bound, count) in zip(Self.bounds.map { "\($0)" } + ["+Inf"], route.byTime) {
                sum += count
                add("promoguard_http_request_seconds_bucket", [("route", path), ("le", bound)], Double(sum))
            }
            add("promoguard_http_request_seconds_sum", [("route", path)], route.seconds)
            add("promoguard_http_request_seconds_count", [("route", path)], Double(sum))
        }
        begin("promoguard_live_pages", "gauge", "Pages that listen for changes.")
        add("promoguard_live_pages", [], Double(listeners))
        begin("promoguard_flags", "gauge", "Flags in the database.")
        for count in counts { add("promoguard_flags", labels(count), Double(count.flags)) }
        begin("promoguard_amount_at_risk_yuan", "gauge", "What they put at risk.")
        for count in counts {
            add("promoguard_amount_at_risk_yuan", labels(count), Double(count.amountAtRiskFen) / 100)
        }
        guard let tail else { return text }
        begin("promoguard_tail_events_total", "counter", "Events that the tail has read.")
        add("promoguard_tail_events_total", [], Double(tail.events))
        begin("promoguard_tail_rejected_lines_total", "counter", "Lines that were no event.")
        add("promoguard_tail_rejected_lines_total", [], Double(tail.rejectedLines))
        begin("promoguard_tail_running", "gauge", "1 while a tail follows logs.")
        add("promoguard_tail_running", [], tail.state == "stopped" ? 0 : 1)
        if let newest = tail.newestMs, let reached = tail.reachedMs {
            begin(
                "promoguard_tail_lag_seconds", "gauge",
                "Event time from the settled order to the newest event.")
            add("promoguard_tail_lag_seconds", [], Double(newest - reached) / 1000)
        }
        return text
    }

    private func labels(_ count: FlagCount) -> [(String, String)] {
        [("risk", count.risk), ("level", count.level), ("status", count.status.rawValue)]
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
