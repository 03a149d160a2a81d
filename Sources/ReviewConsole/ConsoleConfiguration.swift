import Presentation
import RiskModel

/// Where a console listens, who may use it and what it shows; parsed once and passed down.
public struct ConsoleConfiguration: Sendable {
    /// Somebody who may decide, and the secret that shows it.
    public struct Reviewer: Sendable, Equatable {
        public var name: String
        public var token: String

        public init(name: String, token: String) {
            self.name = name
            self.token = token
        }
    }

    /// The SQLite file with the flags.
    public var database: String
    public var host = "127.0.0.1"
    /// 0 takes any free port.
    public var port = 8080
    /// Without any, everybody who reaches the port is `localReviewer`: for loopback only.
    public var reviewers: [Reviewer] = []
    /// Who decides where nobody signs in.
    public var localReviewer = "unknown"
    /// The model that the page about it shows.
    public var model: LogisticModel
    /// Its report, an HTML file; nil for none.
    public var report: String?
    /// The language of those whose browser asks for neither.
    public var language = Language.en
    public var time = EventTime.china

    public init(database: String, model: LogisticModel) {
        self.database = database
        self.model = model
    }
}
