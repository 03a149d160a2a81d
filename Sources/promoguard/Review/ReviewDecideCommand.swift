import ArgumentParser
import CaseFile
import Presentation

/// `promoguard review decide ACCOUNT…`: records what a person found.
struct ReviewDecideCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decide",
        abstract: "Record a decision on flagged accounts, or on all that a filter selects.")

    @Flag(help: "What to record.")
    var verdict: Verdict

    @OptionGroup var options: DecisionOptions

    func run() throws { try options.record(verdict) }
}

extension Verdict: EnumerableFlag {
    public static func help(for value: Verdict) -> ArgumentHelp? {
        switch value {
        case .confirm: "It is abuse."
        case .clear: "It is an honest customer."
        case .unsure: "It cannot be told yet."
        }
    }
}

/// Tells a person what was recorded.
enum DecisionNotes {
    /// More than these are counted only.
    private static let most = 50

    static func tell(_ decided: Decided, _ listing: FlagListing) {
        for line in lines(decided, listing) { Terminal.note(line) }
    }

    static func lines(_ decided: Decided, _ listing: FlagListing) -> [String] {
        guard decided.repeated > 0 else { return lines(decided.added, listing) }
        let line = FlagWords.leftAsDecided(decided.repeated, listing.language)
        return (decided.added.isEmpty ? [] : lines(decided.added, listing)) + [line]
    }

    private static func lines(_ decisions: [Decision], _ listing: FlagListing) -> [String] {
        let language = listing.language
        if decisions.count > most || decisions.isEmpty {
            return [
                language.pick(
                    "\(decisions.count.counted("decision")) recorded.", "已记录 \(decisions.count) 条处理结论。")
            ]
        }
        return decisions.map { decision in
            [
                listing.display.shown(decision.accountID).visible, FlagWords.risk(decision.risk, language),
                FlagWords.verdict(decision.verdict, language),
            ].joined(separator: "  ")
        }
    }
}
