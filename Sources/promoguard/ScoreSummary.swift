import Presentation
import RiskModel
import ScoringPipeline

/// What a scoring run did, for a person or a program.
struct ScoreSummary {
    let report: ScoringReport
    let seconds: Double
    let isVerbose: Bool

    init(report: ScoringReport, seconds: Double, _ verbosity: Verbosity) {
        self.report = report
        self.seconds = seconds
        isVerbose = verbosity.verbose
    }

    private var rate: Int64 { Int64(Double(report.read.events) / max(seconds, 0.001)) }

    private func flagged(_ risk: Risk, _ level: RiskLevel) -> Int { report.flagged[risk]?[level] ?? 0 }

    var lines: [String] {
        let summary = ReadSummary(report: report.read)
        var lines = [
            report.read.events.counted("event") + " of " + report.accounts.counted("account")
                + (summary.span.map { ", \($0)" } ?? "")
        ]
        lines += summary.remarks
        for risk in Risk.allCases {
            let levels = RiskLevel.allCases.reversed().map { "\(flagged(risk, $0).grouped) \($0.rawValue)" }
            lines.append("\(risk.rawValue): " + levels.joined(separator: ", "))
        }
        lines.append("\(NumberText.yuan(fen: report.amountAtRiskFen)) at stake in flagged accounts")
        if report.gangs > 0 {
            lines.append(report.gangs.counted("gang") + " of " + report.gangMembers.counted("account"))
        }
        lines.append("\(NumberText.fixed(seconds, places: 2)) s, \(rate.grouped) events a second")
        if isVerbose {
            let total = report.entities.reduce(0) { $0 + $1.count }
            let kinds = report.entities.map { "\($0.kind) \($0.count.grouped)" }.joined(separator: ", ")
            lines.append("\(total.counted("entity", "entities")) held at the end: \(kinds)")
        }
        return lines
    }

    var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("events", .integer(report.read.events)), ("accounts", .integer(Int64(report.accounts))),
        ]
        members += ReadSummary(report: report.read).members
        for risk in Risk.allCases {
            let levels = RiskLevel.allCases.reversed().map { level in
                (level.rawValue, JSONValue.integer(Int64(flagged(risk, level))))
            }
            members.append((risk.rawValue, .object(levels)))
        }
        members += [
            ("amount_at_risk_fen", .integer(report.amountAtRiskFen)),
            ("gangs", .integer(Int64(report.gangs))), ("gang_accounts", .integer(Int64(report.gangMembers))),
            ("seconds", .number(seconds)), ("events_per_second", .integer(rate)),
        ]
        if isVerbose {
            members.append(
                ("entities", .object(report.entities.map { ($0.kind, .integer(Int64($0.count))) })))
        }
        return .object(members)
    }
}
