import ArgumentParser
import CaseFile

/// Which case file a command works on.
struct DatabaseOptions: ParsableArguments {
    @Option(help: ArgumentHelp("SQLite file with the flags.", valueName: "file"))
    var database = "promoguard.sqlite"

    /// - Throws: `CaseFileError`, whose description is the line for a person.
    func open(_ access: CaseFile.Access) throws -> CaseFile {
        try CaseFile.open(database, access: access)
    }
}
