import ArgumentParser
import Foundation
import Presentation

/// The language of what a command prints for people.
struct LanguageOptions: ParsableArguments {
    @Option(help: "Language of reasons and titles: en or zh (default: as the locale says).")
    var lang: Language?

    var language: Language { lang ?? Language(environment: ProcessInfo.processInfo.environment) }
}

extension Language: ExpressibleByArgument {}
