/// Numbers 0..<count joined into sets (Tarjan 1975). The smallest number of a set stands for it, so that the sets do not
/// depend on the order of joining.
struct DisjointSets {
    private var parents: [Int32]

    init(_ count: Int) { parents = (0..<Int32(count)).map { $0 } }

    mutating func representative(_ number: Int) -> Int {
        var root = number
        while Int(parents[root]) != root { root = Int(parents[root]) }
        var step = number
        while step != root {
            let next = Int(parents[step])
            parents[step] = Int32(root)
            step = next
        }
        return root
    }

    mutating func join(_ a: Int, _ b: Int) {
        let (a, b) = (representative(a), representative(b))
        parents[max(a, b)] = Int32(min(a, b))
    }
}
