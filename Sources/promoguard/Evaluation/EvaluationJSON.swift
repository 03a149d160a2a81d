import Presentation
import RiskModel

/// An evaluation for programs.
///
/// `{"models":[{"name":…,"heads":{"coupon_abuse":{"auc":…}},"intervals":{"coupon_abuse":{"auc":[…,…]}},
/// "reliability":…,"parts":…}],"draws":{"coupon_abuse":500},"differences":…,"disagreements":…}`
enum EvaluationJSON {
    static func value(_ evaluation: Evaluation, shown: (String) -> String) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("models", .array(evaluation.names.indices.map { model(evaluation, $0) })),
            ("draws", byHead(evaluation) { .integer(Int64($0.draws)) }),
        ]
        if evaluation.models.count == 2 {
            members.append(("differences", byHead(evaluation, differences)))
            members.append(
                (
                    "disagreements",
                    .object(
                        evaluation.heads.map { head in
                            (
                                head.measurement.head,
                                .array(head.disagreements.map { disagreement($0, head, shown) })
                            )
                        })
                ))
        }
        return .object(members)
    }

    private static func byHead(
        _ evaluation: Evaluation, _ value: (HeadMeasurement) -> JSONValue
    ) -> JSONValue {
        .object(evaluation.heads.map { ($0.measurement.head, value($0.measurement)) })
    }

    private static func model(_ evaluation: Evaluation, _ place: Int) -> JSONValue {
        .object([
            ("name", .string(evaluation.names[place])),
            ("heads", byHead(evaluation) { figures($0.models[place].evaluation) }),
            (
                "intervals",
                byHead(evaluation) { measurement in
                    let model = measurement.models[place]
                    return .object(
                        zip(model.evaluation.figures, model.intervals).compactMap { figure, interval in
                            interval.map { (figure.name, pair($0)) }
                        })
                }
            ),
            (
                "reliability",
                byHead(evaluation) {
                    .array(
                        $0.models[place].evaluation.probability.reliability.map { bin in
                            .object([
                                ("from", .number(bin.lower)), ("accounts", .number(bin.weight)),
                                ("mean_probability", .number(bin.meanProbability)),
                                ("positive_share", .number(bin.positiveShare)),
                            ])
                        })
                }
            ),
            (
                "parts",
                byHead(evaluation) {
                    .array(
                        $0.parts.map { part in
                            .object([
                                (part.kind.rawValue, .string(part.name)),
                                ("accounts", .integer(Int64(part.accounts))),
                                ("positives", .integer(Int64(part.positives))),
                                ("figures", part.evaluations[place].map(figures) ?? .null),
                            ])
                        })
                }
            ),
        ])
    }

    private static func figures(_ evaluation: HeadEvaluation) -> JSONValue {
        .object(evaluation.figures.map { ($0.name, .number($0.value)) })
    }

    private static func differences(_ measurement: HeadMeasurement) -> JSONValue {
        let (first, second) = (measurement.models[0].evaluation, measurement.models[1].evaluation)
        let rows = zip(ModelComparison(first, second).rows, measurement.differences)
        return .object(
            rows.dropFirst(2).map { row, interval in
                (
                    row.name,
                    .object([
                        ("difference", .number(row.difference)), ("interval", interval.map(pair) ?? .null),
                    ])
                )
            })
    }

    private static func disagreement(
        _ account: Evaluation.Disagreement, _ head: Evaluation.Head, _ shown: (String) -> String
    ) -> JSONValue {
        .object([
            ("account", .string(shown(account.account))), ("label", .integer(account.isAbuse ? 1 : 0)),
            ("probabilities", .array(account.probabilities.map { .number($0) })),
            ("flagged_by", .string(head.measurement.models[account.flaggedBy].model)),
            (
                "reasons",
                .array(
                    account.reasons.map {
                        .object([
                            ("feature", .string($0.feature)),
                            ("value", $0.value.map { .number($0) } ?? .null),
                            ("contribution", .number($0.contribution)),
                        ])
                    })
            ),
        ])
    }

    private static func pair(_ interval: Interval) -> JSONValue {
        .array([.number(interval.low), .number(interval.high)])
    }
}
