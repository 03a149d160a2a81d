import CaseFile
import Presentation
import RiskModel
import ScoringPipeline

extension Evaluation {
    /// Scores the rows of a table, and measures models on those that have a label.
    /// - Parameters:
    ///   - reviewPerDay: how many accounts a team can look at in a day; a table without times counts as one day.
    ///   - scores: takes every row's id and the first model's probability, in order; nil where nobody wants them.
    /// - Throws: `CSVError`, `ModelError`.
    init(
        table: String, roles: TableRoles, models: [LogisticModel], reviewPerDay: Double?,
        scores: inout CSVWriter?
    ) throws {
        self.init(models)
        let scorers = try models.map { try TableScorer($0, label: roles.label) }
        var rows = try TableRows(table, roles, scorers[0])
        // A second model asks for other columns, so it reads the table by itself.
        var others: TableRows?
        if scorers.count == 2 { others = try TableRows(table, roles, scorers[1]) }
        scores?.append([rows.idColumn ?? "row", "score"])

        var groups = GroupNumbers()
        var labels: [Bool] = []
        var weights: [Double] = []
        var probabilities: [[Double]] = models.map { _ in [] }
        var candidates: [Int: Disagreement] = [:]
        var (unlabelled, first, last) = (0, Int64.max, Int64.min)
        while try rows.next() {
            _ = try others?.next()
            scores?.append([rows.id, rows.probability.description])
            guard let label = rows.label else {
                unlabelled += 1
                continue
            }
            var reached = [rows.probability]
            if let second = others?.probability { reached.append(second) }
            for (model, probability) in reached.enumerated() { probabilities[model].append(probability) }
            let flagged = zip(reached, scorers).map { $0 >= $1.head.thresholds.review }
            if flagged.count == 2, flagged[0] != flagged[1] {
                let flagging = flagged[0] ? 0 : 1
                candidates[labels.count] = Disagreement(
                    account: rows.id, isAbuse: label, probabilities: reached, flaggedBy: flagging,
                    reasons: (flagging == 0 ? rows.reasons : others?.reasons) ?? [])
            }
            labels.append(label)
            if roles.weight != nil { weights.append(rows.weight) }
            groups.append(rows.group)
            (first, last) = (min(first, rows.time), max(last, rows.time))
        }
        if unlabelled > 0, roles.label != nil {
            remarks.append("\(unlabelled.counted("row")) without a label: scored, not measured")
        }
        guard roles.label != nil else { return }
        let days = last > first ? max(1, Double(last - first) / 86_400_000) : 1
        let measured = scorers.enumerated().map { model, scorer in
            (
                name: names[model], thresholds: scorer.head.thresholds,
                scored: ScoredAccounts(
                    probabilities: probabilities[model], labels: labels,
                    weights: roles.weight != nil ? weights : nil, groups: groups.numbers)
            )
        }
        guard
            let measurement = HeadMeasurement(
                head: scorers[0].name, models: measured, capacity: reviewPerDay.map { ($0 * days).rounded() })
        else {
            remarks.append(
                "\(scorers[0].name): no figures, for want of rows of both labels; label some of each")
            return
        }
        if measurement.draws < Bootstrap.usualDraws {
            remarks.append("95% intervals from \(measurement.draws) draws of \(labels.count.counted("row"))")
        }
        heads = [
            Head(
                measurement: measurement,
                disagreements: measurement.disagreements(limit: Evaluation.mostDisagreements)
                    .map { candidates[$0]! })
        ]
    }
}

/// Groups as numbers from 0, in the order in which they appear.
private struct GroupNumbers {
    private(set) var numbers: [Int] = []
    private var known: [UInt64: Int] = [:]
    private var count = 0

    /// - Parameter group: nil for a row that belongs to no other.
    mutating func append(_ group: UInt64?) {
        let number = group.flatMap { known[$0] } ?? count
        if number == count { count += 1 }
        if let group { known[group] = number }
        numbers.append(number)
    }
}

/// The rows of a table with what one model makes of them.
private struct TableRows: ~Copyable {
    private var reader: TableReader
    private let scorer: TableScorer
    private(set) var probability = 0.0

    init(_ table: String, _ roles: TableRoles, _ scorer: TableScorer) throws(CSVError) {
        self.scorer = scorer
        reader = try TableReader(
            table, features: scorer.features, categories: scorer.categories, roles: roles)
    }

    var idColumn: String? { reader.idColumn }
    var id: String { reader.id }
    var label: Bool? { reader.label }
    var time: Int64 { reader.time }
    var weight: Double { reader.weight }
    /// The group, else the account; nil where the row has neither.
    var group: UInt64? { reader.group ?? (reader.idColumn != nil ? reader.idHash : nil) }
    var reasons: [FlaggedAccount.Reason] {
        Evaluation.reasons(scorer.contributions(reader.values), scorer.features)
    }

    mutating func next() throws(CSVError) -> Bool {
        guard try reader.next() else { return false }
        probability = scorer.probability(reader.values)
        return true
    }
}
