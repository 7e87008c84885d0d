// SPDX-License-Identifier: Apache-2.0

extension ReloadState {
  /// What can happen. An event of a generation that the state does not name changes nothing.
  enum Event: Hashable, Sendable {
    /// The first generation is built.
    case started(readyFile: String?)
    case hangup
    /// A signal has stopped the process, and all generations with it.
    case stop
    /// The result of `renew`.
    case renewed(Renewal)
    /// The result of `build`.
    case built(GenerationID, Built)
    /// The result of `reread`.
    case reread(Rereading)
    /// A generation can accept connections once it begins.
    case ready(GenerationID)
    /// The result of `introduce`.
    case introduced(GenerationID, Introduction)
    /// A generation accepts no more connections, and takes no more work from its queues.
    case madeRoom(GenerationID)
    /// A generation that was started has ended.
    case ended(GenerationID, Cause?)
  }

  enum Renewal: Hashable, Sendable {
    case same, different
    case failed(Cause)
  }

  enum Built: Hashable, Sendable {
    case whole(readyFile: String?)
    /// Nothing is left of it.
    case failed(Cause)
  }

  enum Rereading: Hashable, Sendable {
    case read
    /// There are no certificates.
    case nothing
    /// The old ones stay in use.
    case failed(Cause)
  }

  enum Introduction: Hashable, Sendable {
    case done
    /// The ready file is as it was.
    case unwritten(Cause)
    /// The ready file is written, and the announcement has failed.
    case unannounced(Cause)
  }

  enum Action: Hashable, Sendable {
    /// Makes the options anew, and compares them with those of a generation.
    case renew(after: GenerationID)
    /// Builds a generation from the new options. It takes over sockets of another one.
    case build(GenerationID, after: GenerationID)
    /// Ends a generation that was built and not started.
    case discard(GenerationID)
    /// Lets a generation get ready.
    case start(GenerationID)
    /// Writes the ready file of a generation, and announces which of its addresses are new beside those of another one.
    case introduce(GenerationID, after: GenerationID?)
    /// Lets a generation that is ready accept connections.
    case begin(GenerationID)
    /// Has a generation accept no more connections, answer what is under way, and end.
    case makeRoom(GenerationID)
    /// Reads the certificates of a generation again.
    case reread(GenerationID)
    /// Releases a generation that has ended.
    case forget(GenerationID)
    case writeReadyFile(GenerationID)
    case removeReadyFile(String)
    /// Logs a line, with the logger of a generation.
    case note(Note, by: GenerationID)
    /// Tells the service manager.
    case notify(Notification)
    /// Ends the process, with a failure or without one.
    case end(Cause?)
  }

  enum Note: Hashable, Sendable {
    case inForce
    case refused(Cause)
    case certificatesRead
    case certificatesKept(Cause)
    case nothingChanged
    /// The generation before has ended.
    case drained
    /// It has ended with a failure.
    case failed(Cause)
    case stopped
  }

  enum Notification: Hashable, Sendable {
    /// A generation serves, at its addresses.
    case ready(GenerationID)
    /// It still serves, after a reload that was refused.
    case refused(GenerationID)
    case reloading
    case stopping
  }
}
