import Hummingbird
import NIOCore
import Presentation

/// What a handler knows of a request besides the request.
struct ConsoleContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Where the connection comes from.
    let address: String
    /// Set by `Doorkeeper`.
    var visitor: Visitor?
    /// What a write carries, of at most `Doorkeeper.mostBytes`; read by `Doorkeeper`.
    var body: [UInt8] = []

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        address = source.channel.remoteAddress?.ipAddress ?? "local"
    }

    var form: FormFields { FormFields(String(decoding: body, as: UTF8.self)) }
}

extension Request {
    /// The query's fields.
    var fields: FormFields { FormFields(uri.query ?? "") }
    var isForProgram: Bool { uri.path.hasPrefix("/api/") }
    var isWrite: Bool { method != .get && method != .head }
}
