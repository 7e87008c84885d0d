// SPDX-License-Identifier: Apache-2.0
import Foundation
import NIOCore
import NIOPosix
import PRTLS
import Synchronization
import TestThreads
import Testing

/// What became of one connection.
struct Conversation: Sendable {
  var handshake: TLSHandshakeDone?
  var text = ""
  var errors: [TLSError] = []
  var wasFinished = false
}

/// The last handler of a real channel: keeps what comes, and tells when the connection is gone.
final class ConversationHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private var conversation = Conversation()
  private let done: @Sendable (Conversation) -> Void
  private let isEcho: Bool

  /// - Parameter isEcho: sends each line back. Either way the first line, `more`, apart, ends the connection.
  init(isEcho: Bool, done: @escaping @Sendable (Conversation) -> Void) {
    self.isEcho = isEcho
    self.done = done
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = unwrapInboundIn(data)
    conversation.text += String(buffer: bytes)
    if isEcho { context.writeAndFlush(wrapOutboundOut(bytes), promise: nil) }
    if conversation.text.hasSuffix("\n"), !conversation.text.hasSuffix("more\n") { context.close(promise: nil) }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case let handshake as TLSHandshakeDone: conversation.handshake = handshake
    case ChannelEvent.inputClosed:
      conversation.wasFinished = true
      context.close(promise: nil)
    default: break
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if let error = error as? TLSError { conversation.errors.append(error) }
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    done(conversation)
    context.fireChannelInactive()
  }
}

/// A server on a free port of this machine that sends each line back and closes.
final class EchoServer: Sendable {
  let port: Int
  private let channel: any Channel
  private let finished = Finished()

  init(_ context: TLSContext, on group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton) throws {
    let finished = finished
    channel = try ServerBootstrap(group: group)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandlers(
            TLSHandler.server(context), ConversationHandler(isEcho: true) { finished.add($0) })
        }
      }
      .bind(host: "127.0.0.1", port: 0).wait()
    port = channel.localAddress!.port!
  }

  deinit { channel.close(promise: nil) }

  /// The next connection that ended. Waits for it.
  func next() throws -> Conversation { try finished.next() }
}

/// Conversations that have ended, in their order.
private final class Finished: Sendable {
  private let loop = MultiThreadedEventLoopGroup.singleton.next()
  private let state = Mutex<(ended: [Conversation], waiting: [EventLoopPromise<Conversation>])>(([], []))

  func add(_ conversation: Conversation) {
    let waiting = state.withLock { state -> EventLoopPromise<Conversation>? in
      guard !state.waiting.isEmpty else {
        state.ended.append(conversation)
        return nil
      }
      return state.waiting.removeFirst()
    }
    waiting?.succeed(conversation)
  }

  func next() throws -> Conversation {
    let promise = loop.makePromise(of: Conversation.self)
    let timeout = loop.scheduleTask(in: .seconds(Int64(Limit.seconds))) {
      promise.fail(Command.Failed(text: "no connection ended"))
    }
    defer { timeout.cancel() }
    let ended = state.withLock { state -> Conversation? in
      guard state.ended.isEmpty else { return state.ended.removeFirst() }
      state.waiting.append(promise)
      return nil
    }
    if let ended { promise.succeed(ended) }
    return try promise.futureResult.wait()
  }
}

enum EchoClient {
  /// Connects to a server of this machine, sends a line, and reads until the end.
  static func talk(to port: Int, _ context: TLSContext, expecting name: String = "hq.example") throws -> Conversation {
    try start(to: port, context, expecting: name).wait()
  }

  /// The same, without waiting.
  static func start(
    to port: Int, _ context: TLSContext, expecting name: String = "hq.example", line: String = "question\n"
  ) -> EventLoopFuture<Conversation> {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let done = loop.makePromise(of: Conversation.self)
    let timeout = loop.scheduleTask(in: .seconds(Int64(Limit.seconds))) {
      done.fail(Command.Failed(text: "the connection did not end"))
    }
    ClientBootstrap(group: loop)
      .channelOption(.allowRemoteHalfClosure, value: true)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandlers(
            TLSHandler.client(context, expecting: name), ConversationHandler(isEcho: false) { done.succeed($0) })
        }
      }
      .connect(host: "127.0.0.1", port: port)
      .whenComplete { result in
        switch result {
        case .success(let channel): channel.writeAndFlush(ByteBuffer(string: line), promise: nil)
        case .failure(let error): done.fail(error)
        }
      }
    return done.futureResult.always { _ in timeout.cancel() }
  }
}
