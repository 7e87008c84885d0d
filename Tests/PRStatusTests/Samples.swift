// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRNode
import PRRevision
import PRStore

@testable import PRStatus

/// What somebody would write who wants a page to do their bidding.
let hostileName = "<script>alert('x')</script>\"&\u{202E}gpj"

extension StatusSnapshot {
  /// A node at which everything has happened once, to hostile names.
  /// Each kind and each state of a member, under names that are hostile.
  static let federation: FederationReport = {
    typealias Part = FederationReport
    let states: [Part.State] = [.above, .joined, .absent, .stopped, .retiring, .retired, .revoked, .invited]
    let kinds: [Part.Kind] = [.authority, .site, .mirror, .machine]
    let members = states.enumerated().map { index, state in
      var member = Part.Entry(
        name: "\(hostileName)\(index)", parent: index == 0 ? nil : "\(hostileName)\(index / 2)",
        kind: kinds[index % kinds.count], state: state)
      (member.isHere, member.level, member.lane) = (index == 1, index, hostileName)
      (member.version, member.page) = (hostileName, index == 2 ? "javascript:alert(1)" : "http://\(hostileName)/")
      (member.seenAt, member.copyLagSeconds) = (1_795_215_500, 61)
      (member.requestsPerSecond, member.hitRatio, member.alarms) = (1.5, 0.5, [hostileName])
      return member
    }
    return Part(name: hostileName, members: members)
  }()

  static let eventful: StatusSnapshot = {
    var report = StatusReport()
    report.node.name = hostileName
    report.node.version = "1.2.3"
    report.node.role = .mirror
    report.node.level = 2
    report.node.at = 1_795_215_533_697
    report.node.startedAt = 1_795_215_445_175
    report.node.listeners = [hostileName]
    report.readiness.isReady = false
    report.readiness.reasons = [hostileName]
    report.alarms = [false, true].map { isAcknowledged in
      StatusReport.AlarmPart(
        id: hostileName, text: hostileName, advice: hostileName, since: 1_795_215_500_000,
        isAcknowledged: isAcknowledged, endsByItself: isAcknowledged)
    }
    report.upstreams = [
      StatusReport.UpstreamPart(
        server: "tcp://[::1]:8585", state: .away, problem: hostileName, sinceSeconds: 61, asked: 12, failed: 3,
        program: hostileName, level: 1, store: hostileName)
    ]
    report.path = StatusReport.path(level: 2, upstreams: report.upstreams)
    report.federation = federation
    var copy = StatusReport.CopyPart()
    (copy.position, copy.lagSeconds, copy.problem) = (17, 2.5, hostileName)
    report.copy = copy
    report.rows = [
      StatusReport.RowPart(
        serial: 7, version: hostileName, pkgarch: hostileName, checksum: hostileName, value: "0.1", origin: "next",
        asker: hostileName, at: 1_795_215_500_000,
        chosen: StatusReport.ChosenPart(
          store: hostileName, member: hostileName, level: 0, lane: hostileName, rule: hostileName,
          at: 1_795_215_500_000, asker: hostileName))
    ]
    report.certificates = [
      StatusReport.CertificatePart(path: hostileName, notBefore: 1, notAfter: 1_795_215_500, names: [hostileName])
    ]
    report.misses = [
      StatusReport.MissPart(
        version: hostileName, pkgarch: hostileName, checksum: hostileName, asker: hostileName, at: 1_795_215_500_000,
        times: 2)
    ]
    let (counters, log) = (busyCounters, eventfulLog)
    report.traffic = StatusReport.TrafficPart(counters, log)
    var recorder = RateSampler()
    recorder.take(RequestCounters(), at: 0)
    recorder.take(counters, at: 5000)
    report.history = recorder.samples
    return StatusSnapshot(report: report, counters: counters)
  }()

  static let busyCounters: RequestCounters = {
    var counters = RequestCounters()
    counters.answeredAtOnce = 100
    for request in (RequestKind?).counted {
      counters.answer(request, nanoseconds: 150_000)
      counters.answer(request, nanoseconds: 3_000_000_000)
      for kind in RefusalKind.allCases { counters.refuse(request, kind, nanoseconds: 20_000_000_000) }
    }
    (counters.open, counters.accepted) = (3, 9)
    return counters
  }()

  /// The same with a store on database servers.
  static let eventfulOnServers: StatusSnapshot = {
    var report = eventful.report
    var figures = ServerFigures()
    (figures.looks, figures.lookedDecisions, figures.lookNanoseconds) = (4, 40, 8_000_000)
    (figures.reruns, figures.connections, figures.parked) = ([.conflict: 3], 9, 1)
    figures.standbys = [
      StandbyFigures(name: "hq-db2", state: "sync", lagBytes: 0),
      StandbyFigures(name: hostileName, state: "async", lagBytes: 3 << 20),
    ]
    report.store.server = StatusReport.ServerPart(figures)
    return StatusSnapshot(report: report, counters: eventful.counters)
  }()

  private static let eventfulLog: DecisionLog = {
    var log = DecisionLog()
    for reason in Reason.allCases { log.count(reason) }
    log.miss(TupleKey(version: hostileName, pkgarch: "a", checksum: "b"), asker: nil, at: 1)
    return log
  }()
}
