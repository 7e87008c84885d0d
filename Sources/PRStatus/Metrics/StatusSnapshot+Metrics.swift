// SPDX-License-Identifier: Apache-2.0
import PRNode
import PRRevision

extension StatusSnapshot {
  /// What `/metrics` says.
  var metrics: String {
    var text = MetricsText()
    addNode(to: &text)
    addTraffic(to: &text)
    addUpstreams(to: &text)
    addStore(to: &text)
    addMembers(to: &text)
    return text.text
  }

  private var names: Metrics { .meanings }

  private func addNode(to text: inout MetricsText) {
    let node = report.node
    text.add(names.information, [([node.version, node.role.rawValue, node.numbering], 1)])
    text.add(names.start, Double(node.startedAt) / 1000)
    text.add(names.counted, Double(node.countedSince) / 1000)
    text.add(names.level, node.level)
    text.add(names.ready, report.readiness.isReady ? 1 : 0)
    text.add(names.memory, node.residentBytes)
    text.add(names.cpu, node.cpuSeconds)
    text.add(names.certificateExpiry, (report.certificates ?? []).map { ([$0.path], Double($0.notAfter)) })
  }

  /// The register bounds how many there are.
  private func addMembers(to text: inout MetricsText) {
    let members = (report.federation?.members ?? []).filter { !$0.isHere && $0.state != .above && $0.state != .invited }
    text.add(
      names.memberSeen, members.compactMap { member in member.seenAt.map { ([member.name], Double($0)) } })
    text.add(names.memberStopped, members.map { ([$0.name], $0.state == .stopped ? 1 : 0) })
    text.add(names.memberAlarms, members.map { ([$0.name], Double($0.alarms.count)) })
  }

  private func addTraffic(to text: inout MetricsText) {
    text.add(names.connections, counters.open)
    text.add(names.accepted, counters.accepted)
    text.add(names.refusedConnections, counters.turnedAway)
    text.add(names.bytesInFlight, counters.bytesInFlight)
    var requests: [(labels: [String], value: Double)] = [(["get-pr", "at_once"], Double(counters.answeredAtOnce))]
    var refusals: [(labels: [String], value: Double)] = []
    var durations: [(labels: [String], latencies: Latencies)] = []
    for request in (RequestKind?).counted {
      let kinds = RefusalKind.allCases.map { ($0, counters.refused(request, $0)) }
      requests.append(([request.label, "answered"], Double(counters.answered(request))))
      requests.append(([request.label, "refused"], Double(kinds.reduce(0) { $0 + $1.1 })))
      // From the start, at 0: what grows from nothing to something has not increased, as Prometheus sees it.
      for (kind, count) in kinds { refusals.append(([request.label, kind.name], Double(count))) }
      if request == .getPR || counters.latencies(request).count > 0 {
        durations.append(([request.label], counters.latencies(request)))
      }
    }
    text.add(names.requests, requests)
    text.add(names.refusals, refusals)
    text.add(names.duration, durations)
    text.add(
      names.decisions, report.traffic.decisions.sorted { $0.key < $1.key }.map { ([$0.key], Double($0.value)) })
    text.add(names.alone, report.traffic.mintedAlone)
    text.add(names.misses, report.traffic.misses)
    text.add(names.hits, report.traffic.hitRatio)
  }

  private func addUpstreams(to text: inout MetricsText) {
    let all = report.upstreams
    text.add(names.upstreamUp, all.map { ([$0.server], $0.state == .connected ? 1 : 0) })
    text.add(names.upstreamQuestions, all.map { ([$0.server], Double($0.asked)) })
    text.add(names.upstreamFailures, all.map { ([$0.server], Double($0.failed)) })
    text.add(
      names.upstreamSince, all.compactMap { part in part.sinceSeconds.map { ([part.server], Double($0)) } })
    if let copy = report.copy {
      text.add(names.copyPosition, copy.position.map(Double.init))
      text.add(names.copyLag, copy.lagSeconds)
      text.add(names.copyFailing, copy.problem == nil ? 0 : 1)
      text.add(names.copyNews, copy.news)
    }
    text.add(names.alarms, report.openAlarms.count)
  }

  private func addStore(to text: inout MetricsText) {
    let store = report.store
    text.add(names.database, store.databaseBytes)
    text.add(names.log, store.logBytes)
    if store.server == nil { text.add(names.free, store.freeBytes) }
    text.add(names.serial, Double(store.lastSerial))
    text.add(names.floorSerial, report.store.lastFloor.map { Int(clamping: $0.serial) } ?? 0)
    text.add(names.commits, store.commits)
    text.add(names.committed, store.decisions)
    text.add(names.commitTime, store.commitSeconds)
    if let server = store.server { add(server, to: &text) }
  }

  private func add(_ server: StatusReport.ServerPart, to text: inout MetricsText) {
    text.add(names.looks, server.looks)
    text.add(names.looked, server.lookedDecisions)
    text.add(names.lookTime, server.lookSeconds)
    text.add(names.reruns, server.reruns.sorted { $0.key < $1.key }.map { ([$0.key], Double($0.value)) })
    text.add(names.serverConnections, server.connections)
    text.add(names.parked, server.parked)
    text.add(names.standbyLag, server.standbys.map { ([$0.name, $0.state], Double($0.lagBytes)) })
  }
}
