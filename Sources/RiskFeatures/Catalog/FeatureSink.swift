import ActivityLog

/// What the declarations of the features are told to: one sink collects what each says of itself, the other computes
/// each for an account. The second is inlined to plain arithmetic, which is why a feature can be declared once and
/// still cost a few nanoseconds.
protocol FeatureSink {
    /// - Parameters:
    ///   - log: whether it enters a model through ln(1 + x); nil for what its unit suggests.
    ///   - value: its value for an account; NaN is unknown.
    mutating func feature(
        _ name: String, _ family: FeatureDefinition.Family, _ unit: FeatureDefinition.Unit,
        _ direction: FeatureDefinition.Direction, log: Bool?, _ meaning: @autoclosure () -> String,
        source: String, en: String, zh: String,
        usual: (en: String, zh: String), telling: FeatureDefinition.Telling?, coupon: AbuseTag?,
        order: AbuseTag?, needs: @autoclosure () -> [EventField],
        _ value: (FeatureInputs) -> Float)
}

extension FeatureSink {
    /// The same with what most features leave out.
    @inline(__always)
    mutating func feature(
        _ name: String, _ family: FeatureDefinition.Family, _ unit: FeatureDefinition.Unit,
        _ direction: FeatureDefinition.Direction, log: Bool? = nil, _ meaning: @autoclosure () -> String,
        source: String,
        en: String, zh: String, usual: (en: String, zh: String), telling: FeatureDefinition.Telling? = nil,
        coupon: AbuseTag? = nil, order: AbuseTag? = nil,
        needs: @autoclosure () -> [EventField] = [], value: (FeatureInputs) -> Float
    ) {
        feature(
            name, family, unit, direction, log: log, meaning(), source: source, en: en, zh: zh, usual: usual,
            telling: telling, coupon: coupon, order: order, needs: needs(), value)
    }
}

/// Collects the definitions.
struct DefinitionSink: FeatureSink {
    private(set) var definitions: [FeatureDefinition] = []

    mutating func feature(
        _ name: String, _ family: FeatureDefinition.Family, _ unit: FeatureDefinition.Unit,
        _ direction: FeatureDefinition.Direction, log: Bool?, _ meaning: @autoclosure () -> String,
        source: String, en: String, zh: String,
        usual: (en: String, zh: String), telling: FeatureDefinition.Telling?, coupon: AbuseTag?,
        order: AbuseTag?, needs: @autoclosure () -> [EventField],
        _ value: (FeatureInputs) -> Float
    ) {
        definitions.append(
            FeatureDefinition(
                name: name, family: family, unit: unit, direction: direction,
                isLogarithmic: log ?? unit.isLogarithmic, meaning: meaning(), source: source,
                reason: Phrase(en: en, zh: zh), usual: Phrase(en: usual.en, zh: usual.zh), telling: telling,
                tags: (coupon, order),
                needs: needs()))
    }
}

/// Computes the vector.
struct VectorSink: FeatureSink {
    private let inputs: FeatureInputs
    private var next: UnsafeMutablePointer<Float>

    /// - Parameter vector: room for `FeatureCatalog.count` values.
    @inline(__always)
    init(_ inputs: FeatureInputs, vector: UnsafeMutablePointer<Float>) {
        self.inputs = inputs
        next = vector
    }

    @inline(__always)
    mutating func feature(
        _ name: String, _ family: FeatureDefinition.Family, _ unit: FeatureDefinition.Unit,
        _ direction: FeatureDefinition.Direction, log: Bool?, _ meaning: @autoclosure () -> String,
        source: String,
        en: String, zh: String, usual: (en: String, zh: String), telling: FeatureDefinition.Telling?,
        coupon: AbuseTag?, order: AbuseTag?,
        needs: @autoclosure () -> [EventField], _ value: (FeatureInputs) -> Float
    ) {
        next.pointee = value(inputs)
        next += 1
    }
}

/// What a feature is computed from: one account's state at one moment.
struct FeatureInputs {
    let account: UnsafePointer<AccountState>
    let accountOrders: UnsafePointer<AccountOrders>
    /// Event time, milliseconds.
    let ms: Int64
    let hourEntropy: Float
    /// Distinct devices and addresses of the account, counted with the sketches that its state does not hold.
    let devices7d: Float
    let addresses1h: Float
    /// Its ties to suspects, which two features ask.
    let companyStrength: (highest: Float, sum: Float)

    @inline(__always) var timing: AccountTiming { _read { yield account.pointee.timing } }
    @inline(__always) var life: AccountLife { _read { yield account.pointee.life } }
    @inline(__always) var benefits: AccountBenefits { _read { yield account.pointee.benefits } }
    @inline(__always) var orders: AccountOrders { _read { yield accountOrders.pointee } }
    @inline(__always) var devices: AccountDevices { _read { yield account.pointee.devices } }
    @inline(__always) var device: DeviceEvidence { _read { yield account.pointee.device } }
    @inline(__always) var network: NetworkEvidence { _read { yield account.pointee.network } }
    @inline(__always) var identity: IdentityEvidence { _read { yield account.pointee.identity } }
    @inline(__always) var inviter: HubEvidence { _read { yield account.pointee.inviter } }
    @inline(__always) var own: HubEvidence { _read { yield account.pointee.own } }
    @inline(__always) var merchant: MerchantEvidence { _read { yield account.pointee.merchant } }
    @inline(__always) var synchrony: SynchronyEvidence { _read { yield account.pointee.synchrony } }
    @inline(__always) var company: CompanyEvidence { _read { yield account.pointee.company } }
    @inline(__always) var referral: AccountReferral { _read { yield account.pointee.referral } }
}
