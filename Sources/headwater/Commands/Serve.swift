// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Logging
import PRAssembly
import PRServer
import PRStatus
import PRStore
import PRStoreSQLite
import PRWire

struct Serve: AsyncParsableCommand, CompletedCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve package revisions.",
    discussion: """
      Runs in the foreground and logs to stderr. SIGTERM, SIGINT and SIGQUIT end it after it has answered open requests.
      SIGHUP reads the topology file and the certificates again.
      """)

  @OptionGroup(title: "Topology") var topology: TopologyOptions
  @OptionGroup var general: SectionOptions<GeneralSection>
  @OptionGroup(title: "TLS") var tls: SectionOptions<TLSSection>
  @OptionGroup(title: "Status page") var status: SectionOptions<StatusSection>
  @OptionGroup(title: "Limits") var limits: SectionOptions<LimitSection>

  /// What the arguments and the topology give.
  private var options = OptionValues()
  /// What the node is in a federation.
  private var federation: FederationPlace?
  /// What the topology alone gives.
  private var ofTopology = OptionValues()

  private enum CodingKeys: CodingKey { case topology, general, tls, status, limits }

  mutating func complete() throws {
    for section in [general.given, tls.given, status.given, limits.given] { options.fill(from: section) }
    ofTopology = try topology.values().without(options)
    options.fill(from: ofTopology)
    federation = try FederationPlace.read(options)
    do throws(OptionMistake) {
      if let federation { try options.take(federation) }
    } catch {
      throw ValidationError("\(error)")
    }
    try ServeRules(options: options).check()
  }

  func run() async throws {
    ParentExitMonitor.hold()
    let configuration = try checkedConfiguration()
    LoggingSystem.bootstrap { _ in LineLogHandler(configuration.log.format, level: configuration.log.level) }
    // Files are named and not read: a URL's password is the only secret.
    let words = try (Program.arguments().dropFirst() + ofTopology.arguments).map(DatabaseURL.withoutPassword)
      .joined(separator: " ")
    configuration.log.logger.info(
      "headwater starts", metadata: [LogKey.version: "\(headwaterVersion)", LogKey.options: "\(words)"])
    for finding in try UnknownVariables.ofProcess.findings {
      configuration.log.logger.warning(
        "an environment variable is ignored", metadata: [LogKey.reason: "\(finding.text)"])
    }
    try await ServingProcess(configuration).run(
      renew: topology.topology == nil && federation == nil ? nil : Self.renewed
    ) {
      endpoints, page in
      let lines = endpoints.map { "listening on \($0)" } + (page.map { ["status on \($0)"] } ?? [])
      // The reader of the report may have gone since.
      try? FileHandle.standardOutput.write(contentsOf: Data(lines.map { "\($0)\n" }.joined().utf8))
    }
  }

  /// The options of this process, from its command line and the topology as it is now.
  @Sendable private static func renewed() throws -> NodeConfiguration {
    do {
      guard let serve = try Program.command() as? Serve else { throw UserFacingError("this process does not serve") }
      return try serve.checkedConfiguration()
    } catch {
      throw UserFacingError(Program.explanation(of: error))
    }
  }

  /// With what stands in the files that it names.
  private func checkedConfiguration() throws -> NodeConfiguration {
    var configuration = try NodeConfiguration(options)
    configuration.manifest = try options.frozen.map { file throws(StoreError) in try Manifest.verified(of: file) }
    configuration.federation = federation
    configuration.status = try StatusOptions(reading: options)
    return configuration
  }
}
