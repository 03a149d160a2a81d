import CaseFile
import Presentation
import RiskModel
import ScoringPipeline

extension Evaluation {
    /// Measures models on accounts labelled in logs.
    /// - Parameters:
    ///   - gangs: gang by account id; accounts of one are drawn together.
    ///   - reviewPerDay: how many accounts a team can look at in a day.
    init(
        _ replay: EvaluationReplay, scorers: [Scorer], gangs: [String: String], reviewPerDay: Double?
    ) {
        self.init(scorers.map(\.model))
        for risk in Risk.allCases {
            let judged = replay.judged(risk)
            let models = scorers.enumerated().compactMap { position, scorer in
                replay.scored(model: position, scorer: scorer, risk: risk, judged: judged, gangs: gangs).map {
                    (name: names[position], thresholds: scorer.model.heads[risk]!.thresholds, scored: $0)
                }
            }
            guard models.count == scorers.count else {
                remarks.append("\(risk.rawValue): no figures, a model has no such head")
                continue
            }
            guard
                var measurement = HeadMeasurement(
                    head: risk.rawValue, models: models,
                    capacity: reviewPerDay.map { ($0 * replay.days).rounded() })
            else {
                remarks.append(
                    "\(risk.rawValue): no figures, for want of accounts of both labels; judge some of each")
                continue
            }
            Self.measureParts(of: replay, judged, &measurement)
            let disagreements = measurement.disagreements(limit: Evaluation.mostDisagreements).map { row in
                let subject = judged[row]
                let probabilities = measurement.models.map(\.scored.probabilities[row])
                let flagging = measurement.models.firstIndex {
                    $0.scored.probabilities[row] >= $0.thresholds.review
                }!
                let vector = replay.outcomes[flagging][risk.index][subject].vector ?? []
                return Disagreement(
                    account: replay.subjects[subject].accountID,
                    isAbuse: replay.subjects[subject].labels[risk]!, probabilities: probabilities,
                    flaggedBy: flagging,
                    reasons: Self.reasons(
                        vector.withUnsafeBufferPointer { scorers[flagging].contributions($0, risk) },
                        scorers[flagging].featureNames))
            }
            heads.append(Head(measurement: measurement, disagreements: disagreements))
        }
    }

    /// The strongest that speak for a flag.
    static func reasons(_ contributions: [Contribution], _ features: [String]) -> [FlaggedAccount.Reason] {
        contributions.filter { $0.contribution > 0 }.prefix(mostReasons).map {
            FlaggedAccount.Reason(
                feature: features[$0.feature], value: $0.value.isFinite ? Double($0.value) : nil,
                contribution: $0.contribution)
        }
    }

    /// Campaign by campaign, in the order of their first events, then week by week.
    private static func measureParts(
        of replay: EvaluationReplay, _ judged: [Int], _ measurement: inout HeadMeasurement
    ) {
        for (campaign, key) in replay.campaigns.keys.enumerated() {
            let rows = judged.indices.filter {
                replay.campaigns.ofSubject[judged[$0]].contains(UInt16(campaign))
            }
            let name = replay.read.campaignNames[key] ?? String(key, radix: 16)
            if !rows.isEmpty { measurement.measure(.campaign, name, rows: rows) }
        }
        let weeks = judged.map { EventTime.china.monday(of: replay.firstMs[$0]!) }
        for week in Set(weeks).sorted() {
            measurement.measure(.week, week, rows: weeks.indices.filter { weeks[$0] == week })
        }
    }
}
