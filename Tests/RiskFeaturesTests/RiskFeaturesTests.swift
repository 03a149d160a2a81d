import Testing

@testable import RiskFeatures
