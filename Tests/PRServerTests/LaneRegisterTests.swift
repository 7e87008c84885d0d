// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRServer
import Testing

@Suite("The stores below a node")
struct LaneRegisterTests {
  private func lane(_ text: String) throws -> Lane { try #require(Lane(text)) }

  @Test("overlap while two of them mint in one lane, and no more when one of them moves")
  func overlap() throws {
    var register = LaneRegister()
    #expect(register.arrive("a", try lane("0/2"), "10.0.0.1", at: 0) == .came)
    #expect(register.arrive("b", try lane("1/2"), "10.0.0.2", at: 0) == .came)
    #expect(register.overlapping.isEmpty)
    #expect(register.arrive("c", .only, "10.0.0.3", at: 0) == .came)
    #expect(register.overlapping.map(\.store) == ["a", "b", "c"], "no lane overlaps with all")
    #expect(register.rival(of: "a")?.store == "c" && register.rival(of: "c")?.store == "a")
    #expect(register.arrive("c", try lane("3/4"), "10.0.0.3", at: 0) == .moved)
    #expect(register.overlapping.map(\.store) == ["b", "c"])
    #expect(register.arrive("c", try lane("3/4"), "10.0.0.3", at: 0) == .nothing, "one connection more")
  }

  @Test("a store that is away still counts, until it was not seen for a week")
  func forgetting() {
    var register = LaneRegister()
    for connection in 0..<2 {
      #expect(register.arrive("a", .only, "", at: 0) == (connection == 0 ? .came : .nothing))
    }
    _ = register.arrive("b", .only, "", at: 0)
    #expect(register.leave("a", at: 5) == .nothing && register.leave("a", at: 10) == .went)
    #expect(register.leave("a", at: 11) == .nothing && register.leave("x", at: 11) == .nothing)
    register.forget(at: 10 + LaneRegister.memory)
    #expect(register.overlapping.count == 2)
    register.forget(at: 11 + LaneRegister.memory)
    #expect(register.members.map(\.store) == ["b"] && register.overlapping.isEmpty, "b is connected")
  }

  @Test("one that has left in order is forgotten, connected or not, and its lane overlaps with none")
  func release() {
    var register = LaneRegister()
    for store in ["a", "b"] { _ = register.arrive(store, .only, "", at: 0) }
    #expect(register.overlapping.count == 2 && register.release("c") == false)
    #expect(register.release("a") == true && register.members.map(\.store) == ["b"] && register.overlapping.isEmpty)
    #expect(register.leave("a", at: 1) == .nothing)
    #expect(register.arrive("a", .only, "", at: 2) == .came && register.overlapping.count == 2)
  }

  @Test("the one that was away for longest makes room, and one that is connected never does")
  func bound() {
    var register = LaneRegister()
    for number in 0..<LaneRegister.maximum { _ = register.arrive("\(number)", .only, "", at: 0) }
    #expect(register.arrive("new", .only, "", at: 1) == .nothing && register.rival(of: "new") == nil)
    _ = register.leave("7", at: 3)
    _ = register.leave("9", at: 2)
    #expect(register.arrive("new", .only, "", at: 4) == .came)
    #expect(register.members.count == LaneRegister.maximum && register.rival(of: "9") == nil)
    #expect(register.rival(of: "7")?.store == "0")
  }
}
