// SPDX-License-Identifier: Apache-2.0
import Foundation
import Hummingbird
import PRStore

/// Answers a request of HTTP: one place for what may be asked, by whom, and for what goes out with every answer.
struct Responder: Sendable {
  let observer: StatusCollector
  let viewers: EventStreamClients
  let gate: StatusAuthorizer

  /// - Parameters:
  ///   - hasPlace: false when all places are taken: then only only health, readiness and metrics are answered.
  ///   - client: what a search is read for.
  func respond(to request: Request, hasPlace: Bool = true, for client: ReadClient = .node) async -> Response {
    var response = await answer(request, hasPlace, client)
    response.headers[.cacheControl] = "no-store"
    response.headers[.xContentTypeOptions] = "nosniff"
    if response.headers[.contentSecurityPolicy] == nil {
      response.headers[.contentSecurityPolicy] = "default-src 'none'"
    }
    if request.method == .head { response.body = ResponseBody() }
    for (name, value) in Self.always { response.headers[name] = value }
    response.headers[.date] = Self.date
    return response
  }

  private typealias Name = HTTPFields.Element.Name

  private static let always: [(Name, String)] = [
    ("server", "headwater"), ("referrer-policy", "no-referrer"), ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
  ].compactMap { name, value in Name(name).map { ($0, value) } }

  private func answer(_ request: Request, _ hasPlace: Bool, _ client: ReadClient) async -> Response {
    let verdict = gate.judge(request.headers, authority: request.head.authority)
    if request.method == .post, request.uri.path == Acknowledgement.path { return await acknowledge(request, verdict) }
    guard request.method == .get || request.method == .head else {
      var response = Self.text("only GET and HEAD\n", .methodNotAllowed)
      response.headers[.allow] = "GET, HEAD"
      return response
    }
    switch (request.uri.path, verdict) {
    case (_, .foreign): return Self.text("ask for this machine by its own name, such as 127.0.0.1\n", .forbidden)
    case ("/healthz", _): return Self.text("alive\n")
    case ("/readyz", let verdict): return await readiness(tellsWhy: verdict == .welcome)
    case (_, .unknown): return Self.tokenNeeded
    case ("/metrics", .welcome): return Self.text(await observer.look().metrics, type: MetricsText.mediaType)
    case (_, .welcome) where !hasPlace:
      return Self.text("too many connections; only health, readiness and metrics are answered\n", .serviceUnavailable)
    case (let path, .welcome): return await welcome(path, request, client)
    }
  }

  private func welcome(_ path: String, _ request: Request, _ client: ReadClient) async -> Response {
    switch path {
    case "/": return await page(Query.value(of: "q", in: request.uri.query ?? ""), client)
    case "/api/status": return Self.json(await observer.look().report)
    case "/api/federation":
      guard let federation = await observer.look().report.federation else {
        return Self.text("this node is not part of a federation\n", .notFound)
      }
      return Self.json(federation)
    case "/api/find":
      return Self.json(await observer.find(Query.value(of: "q", in: request.uri.query ?? "") ?? "", for: client))
    case "/events" where request.method == .get: return events()
    default: return Self.text("there is nothing here; / is the page\n", .notFound)
    }
  }

  private func acknowledge(_ request: Request, _ verdict: StatusAuthorizer.Verdict) async -> Response {
    switch (verdict, gate.mayAcknowledge) {
    case (.foreign, _), (.welcome, false):
      return Self.text("only with a token, or on a loopback address, may an alarm be acknowledged\n", .forbidden)
    case (.unknown, _): return Self.tokenNeeded
    // A page of another site can make a browser send a form, but not a header that is not its own.
    case (.welcome, true) where Name(Acknowledgement.header).flatMap { request.headers[$0] } == nil:
      return Self.text("the header \(Acknowledgement.header) is missing\n", .forbidden)
    case (.welcome, true):
      let id = Query.value(of: "alarm", in: request.uri.query ?? "") ?? ""
      return await observer.acknowledge(id)
        ? Self.text("acknowledged\n") : Self.text("no alarm of that name stands\n", .notFound)
    }
  }

  private static var tokenNeeded: Response {
    var response = text("a token is needed: Authorization: Bearer TOKEN\n", .unauthorized)
    response.headers[.wwwAuthenticate] = "Basic realm=\"headwater\", charset=\"UTF-8\""
    return response
  }

  private func readiness(tellsWhy: Bool) async -> Response {
    let readiness = await observer.readiness()
    guard !readiness.isReady else { return Self.text("ready\n") }
    let why = tellsWhy ? readiness.reasons.map { "\($0)\n" }.joined() : "not ready\n"
    return Self.text(why, .serviceUnavailable)
  }

  private func page(_ query: String?, _ client: ReadClient) async -> Response {
    let report = await observer.look().report
    let query = query.flatMap { $0.contains { !$0.isWhitespace } ? String($0.prefix(400)) : nil }
    var page = StatusPage(report: report, nonce: Self.nonce())
    if let query { page.found = await observer.find(query, for: client) }
    var response = Self.text(page.html.text, type: "text/html; charset=utf-8")
    response.headers[.contentSecurityPolicy] =
      "default-src 'none'; style-src 'nonce-\(page.nonce)'; script-src 'nonce-\(page.nonce)'; connect-src 'self'; "
      + "img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    return response
  }

  private func events() -> Response {
    guard viewers.enter() else {
      return Self.text("too many have the page open; it can still be reloaded\n", .serviceUnavailable)
    }
    let viewers = viewers
    let body = ResponseBody { writer in
      defer { viewers.leave() }
      try await viewers.serve { try await writer.write($0) }
      try await writer.finish(nil)
    }
    return Response(status: .ok, headers: [.contentType: "text/event-stream"], body: body)
  }

  // MARK: Answers

  /// Now, as RFC 9110 section 5.6.7 spells it.
  private static var date: String {
    var (now, parts) = (time(nil), tm())
    gmtime_r(&now, &parts)
    var text = [CChar](repeating: 0, count: 64)
    let length = strftime(&text, text.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
    return String(decoding: text[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  static func text(
    _ text: String, _ status: HTTPResponse.Status = .ok, type: String = "text/plain; charset=utf-8"
  ) -> Response {
    Response(status: status, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }

  private static func json(_ value: some Encodable) -> Response {
    guard let text = try? StatusJSON.line(value) else { return Self.text("cannot be written\n", .internalServerError) }
    return Self.text(text + "\n", type: "application/json")
  }

  /// Secret until the answer leaves.
  private static func nonce() -> String {
    (0..<4).map { _ in String(UInt32.random(in: 0...UInt32.max), radix: 36) }.joined()
  }
}
