import ArgumentParser

@main
struct PromoGuardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promoguard",
        abstract: "Finds coupon abuse and fake orders in a promotion's activity logs.",
        subcommands: [SimulateCommand.self])
}
