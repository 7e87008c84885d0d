// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PRAssembly
import PRMembership
import PRRevision
import PRWire

/// What the options of a server must be together. The table has what each must be by itself.
struct ServeRules {
  let options: OptionValues

  func check() throws {
    if options.name?.isEmpty == true { throw ValidationError("--name is empty; name the node, or leave it out") }
    guard options.upstream.isEmpty || options.ownLevel > 0 else {
      throw ValidationError("--level 0 is for a node without an upstream")
    }
    let wait = options.upstreamDeadline.duration + options.lockTimeout.duration
    guard options.upstream.isEmpty || wait <= AnswerTime.maximumLength else {
      throw ValidationError("--upstream-deadline and --lock-timeout are \(AnswerTime.together)")
    }
    if options.syncEvery?.time != nil, options.upstream.isEmpty {
      throw ValidationError("--sync-every needs an --upstream to copy")
    }
    if options.ownLevel == 0, options.lane ?? .only != .only, options.numbering == .partitioned {
      throw ValidationError(
        "--lane distinguishes the nodes below an upstream: give --upstream or --level, or leave it out")
    }
    if options.statusTokenFile != nil, options.status == nil {
      throw ValidationError("--status-token-file needs --status")
    }
    try checkRole()
    try checkDatabase()
    try checkTLS()
    for case .listener(let address) in options.rights.map(\.who) where !options.listen.contains(address) {
      throw ValidationError(
        "--rights \(address): no --listen is written like this; one that is not listened on has no rights")
    }
  }

  private func checkRole() throws {
    // Not by way of variables: those of a service name the frozen file, and its unit a database.
    if CommandOptions.areGiven("frozen", "database") {
      throw ValidationError("--frozen and --database name two databases to serve: leave one out")
    }
    if options.frozen != nil, !options.upstream.isEmpty {
      throw ValidationError("a frozen database never changes: leave --upstream out")
    }
    if options.frozen != nil, options.numbering == .bitbake || options.onMiss == .predict {
      throw ValidationError("a frozen database never changes and predicts nothing: leave --numbering and --on-miss out")
    }
    if options.isMirror, options.numbering == .bitbake {
      throw ValidationError(
        "a mirror answers from its copy, which the numbering bitbake does not look at: leave --numbering out")
    }
  }

  private func checkDatabase() throws {
    guard options.frozen == nil, DatabaseURL.isURL(options.database) else { return }
    let excluded = [
      ("--upstream", !options.upstream.isEmpty), ("--read-only", options.readOnly),
      ("--sync-every", options.syncEvery?.time != nil), ("--numbering bitbake", options.numbering == .bitbake),
    ]
    if let (option, _) = excluded.first(where: \.1) {
      throw ValidationError(
        "a database on PostgreSQL is for an authority, a node without an upstream: give \(option) with --database FILE, "
          + "which is SQLite's")
    }
    if ServerDatabase.isMissing {
      throw ValidationError(ServerDatabase.howToBuild)
    }
  }

  private func checkTLS() throws {
    if (options.tlsCertificate == nil) != (options.tlsKey == nil) {
      throw ValidationError("--tls-certificate and --tls-key go together")
    }
    guard options.listen.contains(where: \.isTLS) else { return }
    guard options.tlsCertificate != nil else {
      throw ValidationError(
        "a tls:// listener needs --tls-certificate and --tls-key; where the node is part of a federation, it needs the folder of its "
          + "keys, which is not at \(KeyFolder(options)?.path ?? "--keys"), or cannot be read")
    }
    guard options.tlsTrust != nil || !options.tlsRequireClientCertificate else {
      throw ValidationError(
        "a tls:// listener needs --tls-trust with the authorities of its clients, or --no-tls-require-client-certificate"
      )
    }
  }
}
