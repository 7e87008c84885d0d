// SPDX-License-Identifier: Apache-2.0
import PRFederation
import TestSeed
import Testing

@Suite("Nonces over a bad line")
struct NonceSequenceTests {
  @Test("an honest node is never stopped, and goes on with its line")
  func honest() {
    for seed in Seed.several(500) {
      var world = NonceWorld(seed)
      for _ in 0..<200 {
        let line = world.line()
        let verdict = world.report(0, over: line)
        #expect(verdict?.isAlarm != true, "\(seed): \(String(describing: verdict))")
        guard line == .good else { continue }
        #expect(world.copies[0].held.presented.given == world.judge.newest, "\(seed)")
      }
      #expect(world.copies[0].held.minting(keepsMinting: false) == .allowed, "\(seed)")
      #expect(world.judge.newest.number > 20, "\(seed)")
    }
  }

  @Test("an honest node is not stopped by a register that goes back, nor by another lane")
  func backAndForth() {
    for seed in Seed.several(1000) {
      var world = NonceWorld(seed)
      var (backup, isMarked) = (world.judge, true)
      for step in 0..<300 {
        switch Int.random(in: 0..<20, using: &world.numbers) {
        case 0: backup = world.judge
        case 1:
          world.judge = backup
          // The authority was ended to restore its register, and with it all connections.
          world.copies[0].late = []
          isMarked = Bool.random(using: &world.numbers)
          if isMarked { world.judge.markRestored() }
        case 2 where isMarked && world.judge.phase != .restored:
          world.judge.relane(world.numbers.next())
          // Answers of earlier connections, which a member drops: they would lead it past the nonce that gets the lane.
          world.copies[0].late = []
        default: break
        }
        _ = world.report(0, over: world.line())
        #expect(world.judge.stop == nil, "\(seed), step \(step)")
        #expect(world.copies[0].held.stop == nil, "\(seed), step \(step)")
      }
    }
  }

  @Test("a clone is found at its second report at the latest, and none is found before both copies have reported")
  func clones() {
    var found = 0
    for seed in Seed.several(2000) {
      var world = NonceWorld(seed)
      for _ in 0..<Int.random(in: 0..<8, using: &world.numbers) { world.report(0, over: world.line()) }
      world.clone()
      // Each copy has a share of the reports, from none to all.
      let share = Int.random(in: 0...10, using: &world.numbers)
      for _ in 0..<24 {
        world.report(Int.random(in: 0..<10, using: &world.numbers) < share ? 1 : 0, over: world.line())
        if world.copies.contains(where: { $0.reports == 0 }) { #expect(world.judge.stop == nil, "\(seed)") }
        if world.copies.allSatisfy({ $0.reportsWithOwnNonce > 0 }) { #expect(world.judge.stop != nil, "\(seed)") }
      }
      guard world.copies.allSatisfy({ $0.reportsWithOwnNonce > 0 }) else { continue }
      found += 1
      for copy in 0...1 { world.report(copy, over: .good) }
      #expect(world.copies.allSatisfy { $0.held.minting(keepsMinting: false) == .refused(.cloned) }, "\(seed)")
    }
    #expect(found > 0)
  }

  @Test("over a good line two copies that take turns are found at the second report of one of them")
  func turns() {
    for seed in Seed.several(50) {
      var world = NonceWorld(seed)
      world.clone()
      for copy in 0...1 { world.report(copy, over: .good) }
      #expect(world.judge.stop == nil, "\(seed)")
      for copy in 0...1 { world.report(copy, over: .good) }
      #expect(world.judge.stop?.cause == .twice, "\(seed)")
      #expect(world.judge.stop?.addresses == ["copy 0", "copy 1"], "\(seed)")
      #expect((world.judge.stop?.since, world.judge.stop?.at) == (3, 4), "\(seed)")
    }
  }

  @Test("a backup that is older than the last two answers is found at its first report")
  func backups() {
    var found = 0
    for seed in Seed.several(1000) {
      var world = NonceWorld(seed)
      var backups = [world.copies[0].held]
      for _ in 0..<Int.random(in: 1..<30, using: &world.numbers) {
        world.report(0, over: world.line())
        backups.append(world.copies[0].held)
      }
      guard let backup = backups.randomElement(using: &world.numbers) else { continue }
      let isOld = backup.presented.given.number < world.judge.answered?.presented.given.number ?? 0
      world.copies = [NonceWorld.Copy(held: backup)]
      let verdict = world.report(0, over: .good)
      guard case .stopped(let stop)? = verdict else {
        #expect(!isOld, "\(seed): \(String(describing: verdict))")
        continue
      }
      found += 1
      #expect(isOld && stop.cause == .old, "\(seed)")
      #expect(world.copies[0].held.stop == .cloned, "\(seed)")
    }
    #expect(found > 0)
  }

  @Test("of stopped copies one gets the new lane and keeps it, whatever the other does")
  func relane() {
    for seed in Seed.several(1000) {
      var world = NonceWorld(seed)
      world.clone()
      for _ in 0..<3 { for copy in 0...1 { world.report(copy, over: .good) } }
      #expect(world.judge.stop != nil, "\(seed)")
      world.copies[0].late = []
      world.copies[1].late = []
      world.judge.relane(world.numbers.next())
      for _ in 0..<40 {
        world.report(Int.random(in: 0...1, using: &world.numbers), over: world.line())
        #expect(world.judge.stop == nil, "\(seed)")
        #expect(world.copies.contains { $0.held.stop != nil }, "\(seed): both mint")
      }
      for copy in 0...1 { world.report(copy, over: .good) }
      let minting = world.copies.filter { $0.held.stop == nil }
      #expect(minting.map(\.held.presented.given.generation) == [1], "\(seed)")
      #expect(world.copies.contains { $0.held.stop == .superseded }, "\(seed)")
    }
  }
}
