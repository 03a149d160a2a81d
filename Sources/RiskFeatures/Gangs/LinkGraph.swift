/// Accounts and the things they were seen with, each numbered, with the links between them.
struct LinkGraph {
    struct Thing {
        var kind: LinkKind
        var key: UInt64
        /// How many accounts have it, those that are not in the graph included.
        var accounts: Float
    }

    private(set) var things: [Thing] = []
    /// Links of account a stand at `starts[a]..<starts[a + 1]`.
    private(set) var starts: [Int32] = [0]
    private(set) var linkedThings: [Int32] = []
    /// How much of a link is left, 0…1: it fades when the account is not seen with the thing any more.
    private(set) var strengths: [Float] = []
    private var numbers = KeyIndex()

    init() {}

    var accountCount: Int { starts.count - 1 }

    /// The number of a thing.
    func number(of kind: LinkKind, _ key: UInt64) -> Int? { numbers[kind.thing(key)] }

    /// Adds a link of the account that is being added.
    /// - Parameter accounts: how many accounts have a thing; asked once a thing.
    mutating func link(to kind: LinkKind, _ key: UInt64, strength: Float, accounts: () -> Float) {
        let number = numbers.number(of: kind.thing(key), next: things.count)
        if number == things.count { things.append(Thing(kind: kind, key: key, accounts: accounts())) }
        linkedThings.append(Int32(number))
        strengths.append(strength)
    }

    /// Ends the account whose links were added last.
    mutating func endAccount() { starts.append(Int32(linkedThings.count)) }

    mutating func setAccounts(_ accounts: Float, of thing: Int) { things[thing].accounts = accounts }

    /// Places in `linkedThings` of an account's links.
    @inline(__always)
    func links(of account: Int) -> Range<Int> { Int(starts[account])..<Int(starts[account + 1]) }

    /// Accounts by thing: those of thing t stand at `starts[t]..<starts[t + 1]`, in rising order.
    func accountsByThing() -> (starts: [Int32], accounts: [Int32]) {
        var starts = [Int32](repeating: 0, count: things.count + 1)
        for thing in linkedThings { starts[Int(thing) + 1] += 1 }
        for thing in things.indices { starts[thing + 1] += starts[thing] }
        var next = starts
        var accounts = [Int32](repeating: 0, count: linkedThings.count)
        for account in 0..<accountCount {
            for link in links(of: account) {
                let thing = Int(linkedThings[link])
                accounts[Int(next[thing])] = Int32(account)
                next[thing] += 1
            }
        }
        return (starts, accounts)
    }
}
