// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1
import NIOPosix
import PRAssembly
import PRWire

/// One question over plain HTTP.
struct HTTPQuestion {
  var method = HTTPMethod.GET
  let host: String
  let port: Int
  let path: String
  var token: String?
  /// Besides those that every question has.
  var headers: [(name: String, value: String)] = []
  var timeout = Duration.seconds(10)

  struct Answer: Sendable {
    let status: HTTPResponseStatus
    let body: ByteBuffer
  }

  /// More than this is no answer of a status page.
  fileprivate static let maximumLength = 16 << 20

  func run() async throws -> Answer {
    let server = Endpoint.tcp(host: host, port: port)
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let promise = loop.makePromise(of: Answer.self)
    let clock = loop.scheduleTask(in: TimeAmount(timeout)) {
      promise.fail(UserFacingError("\(server) gave no answer within \(timeout)"))
    }
    defer { clock.cancel() }
    let channel: any Channel
    do {
      channel = try await ClientBootstrap(group: loop).connectTimeout(TimeAmount(timeout))
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHTTPClientHandlers()
            try channel.pipeline.syncOperations.addHandler(AnswerCollector(promise))
          }
        }.connect(host: host, port: port).get()
    } catch {
      promise.fail(error)
      throw UserFacingError(
        "no status page answers at \(server); check that the node runs, and that this is the address of its --status")
    }
    var head = HTTPRequestHead(version: .http1_1, method: method, uri: path)
    head.headers.add(name: "Host", value: host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)")
    head.headers.add(name: "Connection", value: "close")
    for header in headers { head.headers.add(name: header.name, value: header.value) }
    if let token { head.headers.add(name: "Authorization", value: "Bearer \(token)") }
    channel.write(HTTPClientRequestPart.head(head), promise: nil)
    channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
    defer { channel.close(promise: nil) }
    return try await promise.futureResult.get()
  }
}

/// Puts the parts of an answer together.
private final class AnswerCollector: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart

  private let promise: EventLoopPromise<HTTPQuestion.Answer>
  private var status: HTTPResponseStatus?
  private var body = ByteBuffer()

  init(_ promise: EventLoopPromise<HTTPQuestion.Answer>) { self.promise = promise }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): status = head.status
    case .body(var part):
      body.writeBuffer(&part)
      if body.readableBytes > HTTPQuestion.maximumLength { context.close(promise: nil) }
    case .end: if let status { promise.succeed(HTTPQuestion.Answer(status: status, body: body)) }
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  func channelInactive(context: ChannelHandlerContext) {
    promise.fail(UserFacingError("the connection ended before the answer did; does a status page listen there?"))
    context.fireChannelInactive()
  }
}
