import ArgumentParser
import Presentation

/// How accounts and times are shown.
struct DisplayOptions: ParsableArguments {
    @Flag(help: "Show account ids whole, not only their ends.")
    var unmask = false

    @Flag(help: "Show times in UTC instead of China Standard Time (UTC+8).")
    var utc = false

    var time: EventTime { utc ? .utc : .china }

    /// The account id as it may be shown.
    func shown(_ account: String) -> String { unmask ? account : Masking.mask(account) }
}
