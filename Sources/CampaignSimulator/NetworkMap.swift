/// The internet as the brand's servers see it: homes, carriers, cafés, each city with its own ranges.
///
/// Everybody's address comes from here, so that an address by itself says nothing about who uses it.
struct NetworkMap: Sendable {
    static let cities = 40
    /// First octets that carriers of the country hold.
    private static let firstOctets: [UInt32] = [
        36, 39, 42, 49, 58, 59, 60, 61, 101, 106, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119, 120, 121,
        122, 123, 124, 125, 171, 175, 180, 182, 183, 202, 210, 211, 218, 219, 220, 221, 222, 223,
    ]

    let homeNets: Int
    let carrierHosts: Int
    let places: Int

    init(accounts: Int) {
        homeNets = max(6, accounts / NetworkMap.cities / 16)
        carrierHosts = max(3, accounts / NetworkMap.cities / 70)
        places = max(4, accounts / NetworkMap.cities / 30)
    }

    private func address(city: Int, block: Int, net: Int, host: Int) -> UInt32 {
        let first = NetworkMap.firstOctets[city % NetworkMap.firstOctets.count]
        let second = UInt32((block * 61 + city * 7 + net >> 8) & 255)
        return first << 24 | second << 16 | UInt32(net & 255) << 8 | UInt32(host)
    }

    /// A street's range and a lease in it.
    func home(city: Int, net: Int, host: Int) -> UInt32 {
        address(city: city, block: 0, net: net, host: host)
    }

    /// One of the few addresses behind which a city's phones stand.
    func carrier(city: Int, _ random: inout RandomSource) -> UInt32 {
        let host = random.below(carrierHosts)
        return address(city: city, block: 1, net: host / 200, host: host % 200 + 3)
    }

    /// A carrier's inner address, which names nobody.
    func reserved(_ random: inout RandomSource) -> UInt32 {
        100 << 24 | UInt32(64 + random.below(64)) << 16 | UInt32(random.below(65536))
    }

    /// A café, station or shop with its own Wi-Fi.
    func place(city: Int, number: Int) -> UInt32 {
        address(city: city, block: 2, net: number / 8, host: number % 8 * 29 + 5)
    }

    /// A machine in a data centre: company gateways, cloud desktops, cheap proxies.
    func dataCentre(_ random: inout RandomSource) -> UInt32 {
        address(city: random.below(6), block: 3, net: random.below(3), host: random.between(2...250))
    }
}
