import ArgumentParser
import CaseFile
import Foundation
import Presentation

/// The flags that a decision is about: accounts that are named, or all that a filter asks for, after a look at them.
struct SelectionOptions: ParsableArguments {
    @Argument(help: "Account ids, whole or as a list shows them (ab…wxyz); none with a filter.")
    var accounts: [String] = []

    @OptionGroup(title: "Filters") var filter: FlagFilterOptions

    @Flag(help: "Do not ask, for scripts; without it a filter shows what it selects and asks.")
    var yes = false

    func validate() throws {
        if accounts.isEmpty, !filter.isGiven {
            throw ValidationError("name accounts, or select them with a filter such as --gang or --tag")
        }
        var others = filter
        others.risk = nil
        if !accounts.isEmpty, others.isGiven {
            throw ValidationError("name accounts or filter them, not both; only --risk goes with accounts")
        }
    }

    /// What is selected, and how many flags that is where a person has agreed to it; nil where the person has not.
    func selection(
        _ file: CaseFile, _ listing: FlagListing, _ action: String
    ) throws -> (selection: FlagSelection, expected: Int?)? {
        if !accounts.isEmpty {
            let ids = try accounts.map { try AccountLookup(file: file).account($0) }
            return (.accounts(ids, risk: filter.risk?.rawValue), nil)
        }
        let selection = FlagSelection.matching(filter.query())
        if yes { return (selection, nil) }
        let preview = try file.preview(selection)
        let language = listing.language
        if preview.total.flags == 0 {
            Terminal.note(language.pick("No flags match.", "没有符合条件的标记。"))
            return nil
        }
        try Terminal.write(SelectionOptions.text(preview, listing, .standardOutput()))
        guard isatty(STDIN_FILENO) != 0 else {
            throw ValidationError("nobody can be asked here; --yes decides without asking")
        }
        let flags = preview.total.flags
        FileHandle.standardError.write(
            Data(
                language.pick(
                    "\(action) \(flags.counted("flag"))? [y/N] ", "\(action) \(flags) 条标记？[y/N] "
                ).utf8))
        let answer = readLine()?.lowercased() ?? ""
        return ["y", "yes", "是"].contains(answer) ? (selection, flags) : nil
    }

    /// The count, the sum, and at most ten samples.
    static func text(_ preview: SelectionPreview, _ listing: FlagListing, _ terminal: Terminal) -> String {
        let (total, language) = (preview.total, listing.language)
        let sum = NumberText.yuan(fen: total.amountAtRiskFen)
        let samples =
            preview.samples.count < total.flags
            ? language.pick("; \(preview.samples.count) of them:", "；其中 \(preview.samples.count) 条：")
            : language.pick(":", "：")
        return language.pick(
            "\(total.flags.counted("flag")) of \(preview.accounts.counted("account")), \(sum) at stake",
            "\(preview.accounts) 个账号的 \(total.flags) 条标记，涉及金额 \(sum)") + samples + "\n"
            + listing.text(preview.samples, as: .table, terminal)
    }
}
