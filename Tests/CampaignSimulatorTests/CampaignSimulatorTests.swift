import Testing

@testable import CampaignSimulator
