// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Logging
import PRAssembly
import PRNode
import PRRevision
import PRServer
import PRStatus
import PRStore
import PRStoreSQLite
import PRTopology
import PRWire

struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve package revisions.",
    discussion: """
      Runs in the foreground and logs to stderr. SIGTERM, SIGINT and SIGQUIT end it after it has answered open requests.
      SIGHUP reads the topology file and the certificates again.
      """)

  @OptionGroup(title: "Topology") var topology: TopologyOptions

  @Option(help: "The node's name on its status page. Default: its name in the topology.")
  var name: String?

  @Option(
    help:
      "Where to listen: tcp://HOST:PORT, tcp://[v6]:PORT, a port of this machine, tls://HOST:PORT or unix:///path. Port 0 takes a free one. Repeatable. Default: tcp://127.0.0.1:8585.",
    transform: Endpoint.parseEach)
  var listen: [Endpoint] = []

  @Option(help: ArgumentHelp("The database; it can be BitBake's own.", valueName: "path"))
  var database = "prserv.sqlite3"

  @Option(
    help: "full: a row is on disk before it is answered; normal: it survives the process; off: as BitBake's server.")
  var durability = Durability.full

  @Flag(help: "Serve a database on a network file system with durability full, whose promise it may not keep.")
  var allowNetworkDisk = false

  @Option(help: "partitioned: no value ever names two contents; bitbake: the answers of BitBake's own server.")
  var numbering = NumberingName.partitioned

  @Option(
    help:
      "The upstream server, which is asked for tuples that have no value here: tls://HOST:PORT, tcp://HOST:PORT or HOST:PORT. Repeatable, the preferred first.",
    transform: Endpoint.parseEach)
  var upstream: [Endpoint] = []

  @Option(
    help:
      "What to do while no upstream answers. strict: refuse new tuples; fallback: number them from what is known; offline: never ask."
  )
  var upstreamAway = UpstreamAway.fallback

  @Option(
    help: "The time limit for an answer of the upstreams: 50ms to 25s, with --lock-timeout 25s at most. Default: 2s.",
    transform: TimeSpan.parse)
  var upstreamDeadline = TimeSpan(seconds: 2)

  @Option(
    help: ArgumentHelp(
      "How often to copy the upstream's rows, or off. Default: 60s for a node that allocates by the partitioned numbering, else off. With --read-only the node is a mirror, which answers from its copy.",
      valueName: "time"), transform: SyncInterval.parse)
  var syncEvery: SyncInterval?

  @OptionGroup(title: "TLS") var tls: TLSOptions

  @Flag(
    inversion: .prefixedNo,
    help: "Whether a TLS listener requires a certificate of the trusted authorities from each client.")
  var tlsRequireClientCertificate = true

  @Option(
    help: ArgumentHelp(
      "What a client may do: read, allocate, predict, import, admin, joined by commas, or none. WHO is the name in its certificate, or an address of --listen for its clients without a grant. Repeatable.",
      valueName: "who=rights"), transform: AccessGrant.parse)
  var rights: [AccessGrant] = []

  @Option(
    help:
      "How many levels are above this node, until the upstream reports its own. Default: 1 with an upstream, else 0.")
  var level: Int?

  @Option(
    help: ArgumentHelp(
      "The node's number among the nodes of its level, and their count. Default: 0/1.", valueName: "k/n"),
    transform: Lane.parse)
  var lane: Lane?

  @Flag(help: "Store nothing.")
  var readOnly = false

  @Option(
    help: ArgumentHelp(
      "Serve a file of 'headwater freeze' and nothing else; it must match its manifest.",
      valueName: "path"))
  var frozen: String?

  @Option(help: "How a read-only node answers an unknown tuple.")
  var onMiss = OnMiss.refuse

  @Option(help: "Write the addresses to this file when the server is ready; it is removed at the end.")
  var readyFile: String?

  @OptionGroup(title: "Status page") var status: StatusPageOptions

  @Option(help: "The lowest level that is logged.")
  var logLevel = LogVolume.info

  @Option(help: "The format of log lines.")
  var logFormat = LogFormat.text

  @OptionGroup(title: "Limits") var limits: LimitOptions

  func validate() throws {
    if name?.isEmpty == true { throw ValidationError("--name is empty; name the node, or leave it out") }
    guard (0...Partition.deepest).contains(ownLevel) else {
      throw ValidationError("--level is 0 to \(Partition.deepest)")
    }
    guard upstream.isEmpty || ownLevel > 0 else {
      throw ValidationError("--level 0 is for a node without an upstream")
    }
    guard Bounds.upstreamDeadline.range.contains(upstreamDeadline.duration) else {
      throw ValidationError("--upstream-deadline is \(Bounds.upstreamDeadline.text)")
    }
    guard upstream.isEmpty || upstreamDeadline.duration + limits.lockTimeout.duration <= Bounds.longestWait else {
      throw ValidationError("--upstream-deadline and --lock-timeout are \(Bounds.together)")
    }
    if syncEvery?.duration != nil, upstream.isEmpty {
      throw ValidationError("--sync-every needs an --upstream to copy")
    }
    // Not by way of variables: those of a service name the frozen file, and its unit a database.
    if CommandOptions.areGiven("frozen", "database") {
      throw ValidationError("--frozen and --database name two databases to serve: leave one out")
    }
    if frozen != nil, !upstream.isEmpty {
      throw ValidationError("a frozen database never changes: leave --upstream out")
    }
    if isMirror, numbering == .bitbake {
      throw ValidationError(
        "a mirror answers from its copy, which the numbering bitbake does not look at: leave --numbering out")
    }
    if listen.contains(where: \.isTLS) { try validateListenerTLS() }
    for case .listener(let address) in rights.map(\.who)
    where !(listen.isEmpty ? [.standard] : listen).contains(address) {
      throw ValidationError(
        "--rights \(address): no --listen is written like this; one that is not listened on has no rights")
    }
    if frozen != nil, numbering == .bitbake || onMiss == .predict {
      throw ValidationError("a frozen database never changes and predicts nothing: leave --numbering and --on-miss out")
    }
    if ownLevel == 0, lane ?? .only != .only, numbering == .partitioned {
      throw ValidationError("--lane distinguishes the nodes below an upstream: give --upstream or --level")
    }
  }

  func run() async throws {
    ParentExitMonitor.hold()
    let configuration = try checkedConfiguration()
    LoggingSystem.bootstrap { _ in LineLogHandler(configuration.log.format, level: configuration.log.level) }
    // Files are named and not read: none of the options is secret.
    let options = try Program.arguments().dropFirst().joined(separator: " ")
    configuration.log.logger.info(
      "headwater starts", metadata: [LogKey.version: "\(headwaterVersion)", LogKey.options: "\(options)"])
    for finding in try UnknownVariables.ofProcess.findings {
      configuration.log.logger.warning(
        "an environment variable is ignored", metadata: [LogKey.reason: "\(finding.text)"])
    }
    try await ServingProcess(configuration).run(renew: topology.topology == nil ? nil : Self.renewed) {
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
    var configuration = configuration
    configuration.manifest = try frozen.map { file throws(StoreError) in try Manifest.verified(of: file) }
    configuration.status = try status.options
    configuration.tokenFile = status.statusTokenFile
    return configuration
  }

  private var ownLevel: Int { level ?? (upstream.isEmpty ? 0 : 1) }

  private var syncDuration: Duration? {
    if let syncEvery { return syncEvery.duration }
    return readOnly || numbering == .bitbake || upstream.isEmpty ? nil : .seconds(60)
  }

  private var isMirror: Bool { readOnly && syncDuration != nil && !upstream.isEmpty }

  private func validateListenerTLS() throws {
    guard tls.tlsCertificate != nil else {
      throw ValidationError("a tls:// listener needs --tls-certificate and --tls-key")
    }
    guard tls.tlsTrust != nil || !tlsRequireClientCertificate else {
      throw ValidationError(
        "a tls:// listener needs --tls-trust with the authorities of its clients, or --no-tls-require-client-certificate"
      )
    }
  }

  private var configuration: NodeConfiguration {
    let rule: Numbering =
      numbering == .bitbake ? .bitbake : .partitioned(Partition(level: ownLevel, lane: lane ?? .only))
    var server = limits.server
    for grant in rights { grant.add(to: &server.access) }
    var store = StoreOptions(
      path: frozen ?? database, durability: durability, readOnly: readOnly || frozen != nil,
      guardsValues: numbering == .partitioned, lockPatience: limits.lockTimeout.duration)
    store.isFrozen = frozen != nil
    store.allowsNetworkDisk = allowNetworkDisk
    var configuration = NodeConfiguration(
      store: store,
      policy: NodePolicy(
        numbering: rule, isReadOnly: readOnly || frozen != nil, onMiss: onMiss, upstreamAway: upstreamAway),
      server: server, readyFile: readyFile)
    configuration.name = name
    configuration.log = LogOptions(logFormat, level: logLevel.level)
    configuration.policy.isMirror = isMirror
    configuration.policy.isLaneGiven = lane != nil
    if !listen.isEmpty { configuration.listen = listen }
    configuration.listensByDefault = listen.isEmpty
    configuration.tls = tls.files
    configuration.requiresClientCertificate = tlsRequireClientCertificate
    if !upstream.isEmpty {
      configuration.upstream = UpstreamConfiguration(
        servers: upstream, deadline: upstreamDeadline.duration, tlsName: tls.tlsName, syncEvery: syncDuration)
    }
    return configuration
  }
}
