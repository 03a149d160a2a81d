import ArgumentParser
import Presentation
import RiskFeatures
import RiskModel

/// `promoguard model compare OLD NEW`
struct ModelCompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "What moved between two models, and where it matters.",
        discussion: """
            For each feature the value at which the two models differ most, and what it adds there in each, in \
            calibrated log-odds: +0.7 doubles the odds. Figures out of fold are each on the accounts that the model \
            learned from; `promoguard evaluate --against` measures two models on the same accounts.
            """)

    @Argument(
        help: ArgumentHelp("The model as it was.", valueName: "old"), completion: .file(extensions: ["json"]))
    var old: String

    @Argument(
        help: ArgumentHelp("The model as it is.", valueName: "new"), completion: .file(extensions: ["json"]))
    var new: String

    @Option(help: "How the differences are printed: table, json or csv (name,value).")
    var format: OutputFormat = .table

    @Flag(help: "Also print features that moved by less than 0.1.")
    var all = false

    @OptionGroup var language: LanguageOptions
    @OptionGroup var verbosity: Verbosity

    private static let notable = 0.1

    func run() throws {
        let models = (try LogisticModel.load(old, requiring: []), try LogisticModel.load(new, requiring: []))
        let difference = ModelDifference(from: models.0, to: models.1)
        let terminal = Terminal.standardOutput()
        let data = (models.0.training.data, models.1.training.data)
        try Terminal.write(
            format.text(json(difference, models))
                ?? difference.heads.map { text($0, data, language.language, terminal) }.joined(
                    separator: "\n"))
    }

    /// - Parameter data: what the old model was trained on, and the new, in words.
    private func text(
        _ head: ModelDifference.Head, _ data: (old: String, new: String), _ language: Language,
        _ terminal: Terminal
    ) -> String {
        let title = FlagWords.risk(head.name, language)
        guard let old = head.old, let new = head.new else {
            return head.old == nil
                ? language.pick("\(title): only in the new model\n", "\(title)：仅新模型有\n")
                : language.pick("\(title): only in the old model\n", "\(title)：仅旧模型有\n")
        }
        var table = TerminalTable([
            .init(title: title), .init(title: language.pick("old", "旧"), alignment: .right),
            .init(title: language.pick("new", "新"), alignment: .right),
        ])
        for (name, first, second) in settings(old, new, language) {
            table.rows.append([.init(name), .init(FigureTable.text(first)), .init(FigureTable.text(second))])
        }
        let changes = changes(head, language)
        return table.rendered(terminal) + "\n" + outOfFold(old, new, data, language, terminal)
            + summary(head, language)
            + (changes.rows.isEmpty ? "" : "\n" + changes.rendered(terminal))
    }

    /// Thresholds, calibration and size.
    private func settings(
        _ old: LogisticModel.Head, _ new: LogisticModel.Head, _ language: Language
    ) -> [(String, Double, Double)] {
        let words: [(String, String, (LogisticModel.Head) -> Double)] = [
            ("review from", "待查阈值", { $0.thresholds.review }), ("high from", "高阈值", { $0.thresholds.high }),
            ("calibration slope", "校准斜率", { $0.calibration.slope }),
            ("usual account, log-odds", "普通账号的对数几率", { $0.calibration($0.intercept) }),
            ("features", "特征数", { Double($0.terms.count) }),
            ("crosses of two", "特征对", { Double($0.crosses.count) }),
        ]
        return words.map { (language.pick($0.0, $0.1), $0.2(old), $0.2(new)) }
    }

    /// The figures that both were given in training, with the accounts they are of: other accounts, other figures.
    private func outOfFold(
        _ old: LogisticModel.Head, _ new: LogisticModel.Head, _ data: (old: String, new: String),
        _ language: Language, _ terminal: Terminal
    ) -> String {
        let names = ["accounts", "positives", "auc", "weighted_recall", "log_loss", "ece"]
        let figures = names.compactMap { name in
            old.evaluation[name].flatMap { first in new.evaluation[name].map { (name, first, $0) } }
        }
        guard !figures.isEmpty else { return "" }
        var table = TerminalTable([
            .init(title: language.pick("out of fold", "交叉验证")),
            .init(title: language.pick("old", "旧"), alignment: .right),
            .init(title: language.pick("new", "新"), alignment: .right),
        ])
        table.rows = figures.map { name, first, second in
            [.init(name), .init(FigureTable.text(first)), .init(FigureTable.text(second))]
        }
        var text = table.rendered(terminal)
        if !Self.areOfTheSameAccounts(old, new, data) {
            text += language.pick(
                """
                Each model's figures are of the accounts that it learned from, the old one's of \(data.old.visible), the \
                new one's of \(data.new.visible): they do not say which model is better. \
                `promoguard evaluate --labels CSV LOG… --model NEW --against OLD` measures both on the same accounts.

                """,
                """
                两个模型的指标各自来自其训练账号（旧：\(data.old.visible)；新：\(data.new.visible)），不能据此判断优劣。\
                `promoguard evaluate --labels CSV LOG… --model NEW --against OLD` 可在相同账号上比较两者。

                """)
        }
        return text + "\n"
    }

    private static func areOfTheSameAccounts(
        _ old: LogisticModel.Head, _ new: LogisticModel.Head, _ data: (old: String, new: String)
    ) -> Bool {
        // A head that was kept has its old figures.
        old.evaluation == new.evaluation
            || data.old == data.new
                && ["accounts", "positives"].allSatisfy { old.evaluation[$0] == new.evaluation[$0] }
    }

    private func summary(_ head: ModelDifference.Head, _ language: Language) -> String {
        func line(_ changes: [ModelDifference.Change], _ what: Phrase) -> String {
            func count(_ kind: ModelDifference.Change.Kind) -> Int { changes.count { $0.kind == kind } }
            let moved = changes.count { $0.kind == .moved && abs($0.amount) >= Self.notable }
            return language.pick(
                "\(what.en): \(count(.added)) new, \(count(.removed)) gone, \(moved) moved by 0.1 or more\n",
                "\(what.zh)：新增 \(count(.added)) 个，移除 \(count(.removed)) 个，变动不小于 0.1 的 \(moved) 个\n")
        }
        return line(head.changes.filter { !$0.isCross }, Phrase(en: "features", zh: "特征"))
            + line(head.changes.filter(\.isCross), Phrase(en: "crosses of two", zh: "特征对"))
    }

    private func changes(_ head: ModelDifference.Head, _ language: Language) -> TerminalTable {
        var table = TerminalTable([
            .init(title: language.pick("feature", "特征")), .init(title: language.pick("what", "变化")),
            .init(title: language.pick("most at", "变化最大处"), alignment: .right),
            .init(title: language.pick("added", "原贡献"), alignment: .right),
            .init(title: language.pick("adds now", "现贡献"), alignment: .right),
            .init(title: language.pick("difference", "差值"), alignment: .right),
            .init(title: language.pick("meaning", "含义"), isFlexible: true),
        ])
        for change in head.changes where all || abs(change.amount) >= Self.notable {
            let words = DifferenceWords(change)
            table.rows.append([
                .init(change.name), .init(words.what.text(language)), .init(words.value.text(language)),
                .init(NumberText.signed(change.old)), .init(NumberText.signed(change.new)),
                .init(NumberText.signed(change.amount), change.amount > 0 ? .red : .green),
                .init(words.meaning.text(language)),
            ])
        }
        return table
    }

    private func json(
        _ difference: ModelDifference, _ models: (old: LogisticModel, new: LogisticModel)
    ) -> JSONValue {
        func side(_ head: LogisticModel.Head?) -> JSONValue {
            guard let head else { return .null }
            return .object([
                ("review", .number(head.thresholds.review)), ("high", .number(head.thresholds.high)),
                ("calibration_slope", .number(head.calibration.slope)),
                ("calibration_intercept", .number(head.calibration.intercept)),
                ("base_log_odds", .number(head.calibration(head.intercept))),
                ("features", .integer(Int64(head.terms.count))),
                ("crosses", .integer(Int64(head.crosses.count))),
                (
                    "out_of_fold",
                    .object(
                        head.evaluation.sorted { $0.key < $1.key }.map { ($0.key, .number($0.value)) })
                ),
            ])
        }
        func values(_ change: ModelDifference.Change) -> JSONValue {
            let values = change.values.map { value in value.map { JSONValue.number($0) } ?? .null }
            return change.isCross ? .array(values) : values[0]
        }
        return .object([
            (
                "trained_on",
                .object([
                    ("old", .string(models.old.training.data)), ("new", .string(models.new.training.data)),
                ])
            ),
            (
                "heads",
                .object(
                    difference.heads.map { head in
                        (
                            head.name,
                            .object([
                                ("old", side(head.old)), ("new", side(head.new)),
                                (
                                    "changes",
                                    .array(
                                        head.changes.map { change in
                                            .object([
                                                ("feature", .string(change.name)),
                                                ("kind", .string(change.kind.rawValue)),
                                                ("value", values(change)),
                                                ("old", .number(change.old)), ("new", .number(change.new)),
                                                ("difference", .number(change.amount)),
                                            ])
                                        })
                                ),
                            ])
                        )
                    })
            ),
        ])
    }
}
