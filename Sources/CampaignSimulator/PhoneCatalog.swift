import ActivityLog

/// The phones, tablets and computers that people really hold, with how common they are.
struct PhoneCatalog: Sendable {
    /// What a log line says of a handset.
    struct Profile: Sendable {
        var platform: String
        var brand: String
        var model: String
        var osVersion: String
    }

    let profiles: [Profile]
    /// Running popularity of `profiles`.
    let popularity: [Double]
    /// Profiles of cheap Android phones, which farms buy by the box and pupils own as well.
    let budget: [UInt16]
    /// Profiles of Android emulators, which a few honest people use on their desks.
    let emulators: [UInt16]
    let wxVersions: [String] = [
        "8.0.43", "8.0.47", "8.0.49", "8.0.50", "8.0.53", "8.0.56", "8.0.58", "8.0.60", "8.0.61", "7.0.22",
    ]
    let wxPopularity: [Double] = [3.0, 5, 9, 12, 14, 18, 22, 11, 5, 1].cumulative

    init() {
        let rows: [(String, String, [String], [String], Double)] = [
            (
                "ios", "Apple", ["iPhone13,2", "iPhone14,5", "iPhone14,2", "iPhone15,2", "iPhone15,3"],
                ["16.6.1", "17.4.1", "17.6.1", "18.1"], 20
            ),
            (
                "ios", "Apple", ["iPhone16,1", "iPhone16,2", "iPhone17,1", "iPhone12,1", "iPhone11,8"],
                ["17.5.1", "18.0.1", "18.2"], 13
            ),
            (
                "android", "HUAWEI",
                ["ALN-AL00", "ALN-AL80", "BRA-AL00", "JAD-AL50", "NOH-AN00", "ANA-AN00"],
                ["10", "12", "4.2.0"], 13
            ),
            ("ohos", "HUAWEI", ["ALN-AL10", "CLS-AL00", "PLR-AL00"], ["5.0.0", "5.0.1"], 4),
            ("android", "HONOR", ["BVL-AN16", "ELZ-AN10", "ANY-AN00", "CMA-AN00"], ["12", "13", "14"], 9),
            (
                "android", "Xiaomi", ["23127PN0CC", "2211133C", "23113RKC6C", "2201123C"],
                ["13", "14", "15"], 10
            ),
            (
                "android", "Redmi", ["23049RAD8C", "22101316C", "M2012K11AC", "21091116C", "220333QAG"],
                ["11", "12", "13"], 9
            ),
            ("android", "OPPO", ["PHZ110", "PGEM10", "PEXM00", "PCLM50"], ["12", "13", "14"], 9),
            ("android", "vivo", ["V2309A", "V2242A", "V2166A", "V1962A"], ["11", "13", "14"], 9),
            ("android", "realme", ["RMX3350", "RMX2200"], ["11", "12"], 2),
            ("android", "samsung", ["SM-S9180", "SM-G9910", "SM-A5360"], ["13", "14"], 2),
            ("ios", "Apple", ["iPad13,1", "iPad14,1"], ["17.5", "18.1"], 1.5),
            ("windows", "microsoft", ["microsoft"], ["Windows 10 x64", "Windows 11 x64"], 2.2),
            ("mac", "Apple", ["Mac14,2", "MacBookPro18,3"], ["macOS 14.5", "macOS 15.1"], 0.7),
            ("devtools", "devtools", ["iPhone 12/13 Pro"], ["iOS 10.0.1"], 0.12),
            ("android", "Netease", ["MuMu"], ["12"], 0.12),
            ("android", "google", ["sdk_gphone64_x86_64"], ["13"], 0.08),
            ("android", "LDPlayer", ["LDPlayer"], ["9"], 0.12),
        ]
        var profiles: [Profile] = []
        var weights: [Double] = []
        var budget: [UInt16] = []
        var emulators: [UInt16] = []
        for (platform, brand, models, versions, weight) in rows {
            for (rank, model) in models.enumerated() {
                for (age, version) in versions.enumerated() {
                    let number = UInt16(profiles.count)
                    if ["Redmi", "realme", "OPPO", "vivo"].contains(brand) { budget.append(number) }
                    if ["Netease", "google", "LDPlayer"].contains(brand) { emulators.append(number) }
                    profiles.append(
                        Profile(platform: platform, brand: brand, model: model, osVersion: version))
                    let share = 1.0 / (Double(rank) + 1.5) / (1 + abs(Double(age) - 1) * 0.6)
                    weights.append(weight * share)
                }
            }
        }
        self.profiles = profiles
        self.budget = budget
        self.emulators = emulators
        popularity = weights.cumulative
    }

    func draw(_ random: inout RandomSource) -> UInt16 { UInt16(random.index(cumulative: popularity)) }

    func drawWxVersion(_ random: inout RandomSource) -> UInt8 {
        UInt8(random.index(cumulative: wxPopularity))
    }
}
