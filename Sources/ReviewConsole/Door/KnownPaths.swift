import HTTPTypes
import Hummingbird

/// Which methods the console's addresses take, so that a wrong one is told from an address that is none.
struct KnownPaths: Sendable {
    private var routes: [(path: RouterPath, method: String)] = []

    init(_ router: Router<ConsoleContext>) {
        for route in router.routes {
            routes.append((route.path, route.method.rawValue))
            if route.method == .get { routes.append((route.path, HTTPRequest.Method.head.rawValue)) }
        }
    }

    /// - Throws: `ConsoleError` that names the methods which the address takes, where this is none of them.
    func check(_ request: Request) throws(ConsoleError) {
        let parts = request.uri.path.split(separator: "/")
        let allowed = Set(
            routes.filter { route in
                route.path.components.count == parts.count
                    && zip(route.path.components, parts).allSatisfy { $0 ~= $1 }
            }.map(\.method))
        guard allowed.isEmpty || allowed.contains(request.method.rawValue) else {
            throw .wrongMethod(allowed: allowed.sorted().joined(separator: ", "))
        }
    }
}
