------------------------------ MODULE Rebuild ------------------------------
(***************************************************************************)
(* Redis loses the tail of a sale's movements, or all of them, or an older *)
(* copy is put back; and the ledger is rebuilt from what it still has, from*)
(* what the database has, from what the nodes remember and from the rows of*)
(* payments.  It says that nothing is sold twice and no money is kept for  *)
(* nothing, however often and wherever that is interrupted.                *)
(*                                                                         *)
(* The ledger is its movements: how a sale stands is a fold over them, and *)
(* a script is one step.  Every reservation is of one ticket, and has one  *)
(* payment at most; what has expired is not bought anew: module Payments   *)
(* has that.  Tickets that come back are on sale at once: module Seckill   *)
(* has the rest.                                                           *)
(***************************************************************************)
EXTENDS Integers, Sequences, FiniteSets, TLC

CONSTANTS
  \* --- what is there
  Nodes, Writers, Capacity,
  Ids,          \* reservations, each of a buyer of its own
  Payers,       \* those of them who may pay
  \* --- what may happen
  Cancelling,   \* those whose buyer may cancel
  Losses,       \* how often Redis loses something
  Deaths,       \* how often a rebuild dies
  Restarts,     \* how often a node forgets what it knows
  Strict,       \* what is answered survives; otherwise anything may be lost
  \* --- rules
  ServerKnown,        \* a script refuses on a server that the sale was not adopted on
  AlwaysRebuilds,     \* nothing is adopted without a rebuild, however whole it looks
  AdoptsWhatIsWhole,  \* if not always: what has all that nodes and database have seen
  AdoptsNothingHalf,  \* and nothing that a rebuild has begun with
  Base,               \* what is rebuilt from: "Longer" of the two histories, "Redis" or "Database"
  PlaceHasEpoch,      \* the longer one is that of the later epoch
  InOrder,            \* the database takes each movement only right after the one before
  WritersFenced,      \* a writer's transaction is refused if the fence was raised since the writer read it
  FenceReadFirst,     \* which it does before it reads movements
  FenceRaisedFirst,   \* a rebuild raises the fence before it looks at what the database has
  BeginsAgain,        \* a rebuild during which Redis loses something begins again
  ProvesRows,         \* the rows of payments prove reservations and decisions
  ProvesFirst,        \* and that something is paid before what is due expires
  RestoresNothingDue, \* what was reserved is restored unless its time is over
  RestoredNotTaken,   \* what is restored had been taken before, and does not count once more
  DecisionsFenced,    \* a decision is kept only if the ledger that made it was not rebuilt since
  HoldsBack,          \* what is missing is held back
  NodesAsked,         \* nodes say what is missing
  KnowsTaken,         \* they know how many tickets were ever taken; otherwise how many remained
  Owes,               \* what is missing and does not remain is owed: held back from what comes back
  WrittenFirst        \* before it serves again, the database has all of what was rebuilt

VARIABLES
  \* --- Redis
  stream,      \* the movements
  kept,        \* so many of them survive
  serves,      \* the server is the one the sale was adopted on
  old,         \* a copy that may be put back
  \* --- the database
  db,          \* the movements that are written
  fence,
  unfinished,  \* a rebuild has begun
  row,         \* each payment's
  back,        \* whose money went back
  \* --- nodes
  heard,       \* each one's furthest place, and how many tickets were taken up to there
  batch,       \* each writer's, between reading and writing
  reply,       \* each payment's decision on its way to its row
  rebuild,     \* how many steps of it are done, and its epoch
  losses, deaths, restarts,
  \* --- buyers
  told,        \* what each believes
  toldAt,      \* the place of the movement it was told of
  due,         \* whose time is over
  unknown      \* told by nodes of which none lived when what was told was lost

redis == <<stream, kept, serves, old>>
fences == <<fence, unfinished>>
rows == <<row, back, reply>>
bounds == <<losses, deaths, restarts>>
buyers == <<told, toldAt, due, unknown>>
vars == <<redis, db, fences, rows, heard, batch, rebuild, bounds, buyers>>

Nobody == "nobody"
Max(a, b) == IF a > b THEN a ELSE b
Min(a, b) == IF a < b THEN a ELSE b
Greatest(S) == CHOOSE x \in S : \A y \in S : y <= x

-----------------------------------------------------------------------------
\* A history, and what follows from it

Last(s) == IF s = <<>> THEN <<0, 0>> ELSE <<s[Len(s)].epoch, s[Len(s)].seq>>
Before(a, b) == IF PlaceHasEpoch THEN a[1] < b[1] \/ (a[1] = b[1] /\ a[2] < b[2]) ELSE a[2] < b[2]
Epoch(s) == Max(1, Last(s)[1])
IsPrefix(s, t) == Len(s) <= Len(t) /\ s = SubSeq(t, 1, Len(s))

Move(s, epoch, kind, id, tickets) ==
  Append(s, [kind |-> kind, id |-> id, tickets |-> tickets, epoch |-> epoch, seq |-> Last(s)[2] + 1])

Begins == {"RESERVED", "RESTORED"}
Statuses == Begins \cup {"PAID", "CANCELLED", "EXPIRED"}
Of(s, id) == {i \in DOMAIN s : s[i].id = id /\ s[i].kind \in Statuses}
Status(s, id) ==
  IF Of(s, id) = {} THEN "NONE"
  ELSE LET kind == s[Greatest(Of(s, id))].kind IN IF kind \in Begins THEN "RESERVED" ELSE kind
OwesBack(s, id) == \E i \in DOMAIN s : s[i].id = id /\ s[i].kind = "REFUND_DUE"
Live(s) == {id \in Ids : Status(s, id) \in {"RESERVED", "PAID"}}

RECURSIVE Sum(_, _)
Sum(s, S) == IF S = {} THEN 0 ELSE LET i == CHOOSE i \in S : TRUE IN s[i].tickets + Sum(s, S \ {i})

Takes(s) == {i \in DOMAIN s : s[i].kind \in {"RESERVED", "HELD_BACK"} \cup (IF RestoredNotTaken THEN {} ELSE {"RESTORED"})}
Taken(s) == Sum(s, Takes(s))
\* What is held back expires all at once here.
Held(s) == Sum(s, {i \in DOMAIN s : s[i].kind = "HELD_BACK" /\ \A j \in i..Len(s) : s[j].kind # "LET_GO"})
\* Below zero: owed.
Remaining(s) == Capacity - Cardinality(Live(s)) - Held(s)

\* Where nothing need survive, it is not counted.
Surviving(s) == IF Strict THEN Len(s) ELSE 0

Nothing == [at |-> <<0, 0>>, taken |-> 0]
NoBatch == [step |-> "NONE"]
NoReply == [decision |-> "NONE"]
NoRebuild == [done |-> 0, epoch |-> 0, base |-> <<>>]

Init ==
  /\ stream = <<>> /\ kept = 0 /\ serves = TRUE /\ old = <<>>
  /\ db = <<>> /\ fence = 1 /\ unfinished = FALSE
  /\ row = [id \in Ids |-> "NONE"] /\ back = {}
  /\ heard = [n \in Nodes |-> Nothing]
  /\ batch = [w \in Writers |-> NoBatch] /\ reply = [id \in Ids |-> NoReply]
  /\ rebuild = NoRebuild
  /\ losses = 0 /\ deaths = 0 /\ restarts = 0
  /\ told = [id \in Ids |-> "NOTHING"] /\ toldAt = [id \in Ids |-> <<0, 0>>] /\ due = {} /\ unknown = {}

-----------------------------------------------------------------------------
\* Selling

Moves(kind, id, tickets) ==
  /\ stream' = Move(stream, Epoch(stream), kind, id, tickets)
  /\ UNCHANGED <<kept, serves, old>>

Reserve(id) ==
  /\ serves /\ Status(stream, id) = "NONE" /\ told[id] = "NOTHING" /\ Remaining(stream) > 0
  /\ Moves("RESERVED", id, 1)
  /\ UNCHANGED <<db, fences, rows, heard, batch, rebuild, bounds, buyers>>

\* Who has asked to cancel counts on nothing any more, whether it hears or not.
Cancel(id) ==
  /\ serves /\ id \in Cancelling /\ told[id] = "OWNS" /\ Status(stream, id) = "RESERVED"
  /\ Moves("CANCELLED", id, 0)
  /\ told' = [told EXCEPT ![id] = "CANCELS"]
  /\ UNCHANGED <<db, fences, rows, heard, batch, rebuild, bounds, toldAt, due, unknown>>

Promised(id) == told[id] = "OWNS" /\ Status(stream, id) = "NONE" /\ id \notin due

FallDue(id) ==
  /\ id \notin due /\ told[id] # "NOTHING" /\ Status(stream, id) \in {"RESERVED", "NONE"}
  /\ due' = due \cup {id}
  /\ UNCHANGED <<redis, db, fences, rows, heard, batch, rebuild, bounds, told, toldAt, unknown>>

Expire(id) ==
  /\ serves /\ id \in due /\ Status(stream, id) = "RESERVED"
  /\ Moves("EXPIRED", id, 0)
  /\ UNCHANGED <<db, fences, rows, heard, batch, rebuild, bounds, buyers>>

\* What is held back is held as long as anybody else, and from later on: whoever was promised it is due before.
LetGo ==
  /\ serves /\ Held(stream) > 0 /\ \A id \in Ids : ~Promised(id)
  /\ Moves("LET_GO", Nobody, 0)
  /\ UNCHANGED <<db, fences, rows, heard, batch, rebuild, bounds, buyers>>

Sync ==
  /\ Strict /\ kept < Len(stream) /\ kept' = Len(stream)
  /\ UNCHANGED <<stream, serves, old, db, fences, rows, heard, batch, rebuild, bounds, buyers>>

Known(s, i) ==
  [at |-> <<s[i].epoch, s[i].seq>>,
   taken |-> IF KnowsTaken THEN Taken(SubSeq(s, 1, i)) ELSE Remaining(SubSeq(s, 1, i))]
Further(a, b) == IF Before(a.at, b.at) THEN b ELSE a

\* A node hears what the ledger has done, and its buyer hears it.
Answer(n) == \E i \in DOMAIN stream :
  LET m == stream[i]
  IN /\ serves /\ (Strict => i <= kept)
     /\ \/ m.kind = "RESERVED" /\ told[m.id] = "NOTHING" /\ told' = [told EXCEPT ![m.id] = "OWNS"]
        \/ m.kind = "CANCELLED" /\ told[m.id] = "CANCELS" /\ told' = [told EXCEPT ![m.id] = "CANCELLED"]
     /\ toldAt' = [toldAt EXCEPT ![m.id] = <<m.epoch, m.seq>>]
     /\ heard' = [heard EXCEPT ![n] = Further(@, Known(stream, i))]
     /\ UNCHANGED <<redis, db, fences, rows, batch, rebuild, bounds, due, unknown>>

-----------------------------------------------------------------------------
\* Paying

\* The row is there before the provider hears of it.
BeginToPay(id) ==
  /\ serves /\ id \in Payers /\ row[id] = "NONE" /\ told[id] = "OWNS" /\ Status(stream, id) = "RESERVED"
  /\ row' = [row EXCEPT ![id] = "BEGUN"]
  /\ UNCHANGED <<redis, db, fences, back, reply, heard, batch, rebuild, bounds, buyers>>

Succeed(id) ==
  /\ row[id] = "BEGUN" /\ row' = [row EXCEPT ![id] = "SUCCEEDED"]
  /\ UNCHANGED <<redis, db, fences, back, reply, heard, batch, rebuild, bounds, buyers>>

Decision(s, id) ==
  IF Status(s, id) = "PAID" THEN "CONFIRMED" ELSE IF OwesBack(s, id) THEN "REFUND_DUE" ELSE "NONE"

\* The ledger decides, or says again what it has decided.
Confirm(id) ==
  /\ serves /\ row[id] = "SUCCEEDED"
  /\ IF Decision(stream, id) # "NONE" THEN UNCHANGED redis
     ELSE IF Status(stream, id) = "RESERVED"
     THEN Moves("PAID", id, 0)
     ELSE Moves("REFUND_DUE", id, 0)
  /\ reply' = [reply EXCEPT ![id] = [decision |-> Decision(stream', id), at |-> Last(stream')]]
  /\ reply' # reply
  /\ UNCHANGED <<db, fences, row, back, heard, batch, rebuild, bounds, buyers>>

KeepDecision(id) ==
  /\ reply[id] # NoReply
  /\ Strict => (reply[id].at[2] <= kept \/ reply[id].at[1] < Epoch(stream))
  /\ reply' = [reply EXCEPT ![id] = NoReply]
  /\ row' = IF row[id] = "SUCCEEDED" /\ (DecisionsFenced => reply[id].at[1] >= fence)
            THEN [row EXCEPT ![id] = reply[id].decision] ELSE row
  /\ UNCHANGED <<redis, db, fences, back, heard, batch, rebuild, bounds, buyers>>

\* The movement that owes it is written, and with it the refund's row.
GiveBack(id) ==
  /\ row[id] \notin {"NONE", "BEGUN"} /\ id \notin back /\ OwesBack(db, id)
  /\ back' = back \cup {id}
  /\ UNCHANGED <<redis, db, fences, row, reply, heard, batch, rebuild, bounds, buyers>>

-----------------------------------------------------------------------------
\* Writing the movements down

Key(m) == IF PlaceHasEpoch THEN <<m.epoch, m.seq>> ELSE <<m.seq>>
Written(m) == \E i \in DOMAIN db : Key(db[i]) = Key(m)

\* One movement.  What the database has must stand in the stream.
Read(w) == \E i \in DOMAIN stream :
  /\ serves /\ batch[w] = NoBatch
  /\ Strict => i <= kept
  /\ ~Written(stream[i])
  /\ InOrder => i = Len(db) + 1 /\ IsPrefix(db, stream)
  /\ batch' = [batch EXCEPT ![w] = [step |-> IF FenceReadFirst THEN "READ" ELSE "UNFENCED",
       fence |-> fence, after |-> Last(db), move |-> stream[i]]]
  /\ UNCHANGED <<redis, db, fences, rows, heard, rebuild, bounds, buyers>>

\* What must not be: only without the rule.
ReadFence(w) ==
  /\ batch[w].step = "UNFENCED"
  /\ batch' = [batch EXCEPT ![w].step = "READ", ![w].fence = fence]
  /\ UNCHANGED <<redis, db, fences, rows, heard, rebuild, bounds, buyers>>

Write(w) ==
  /\ batch[w].step = "READ"
  /\ db' = IF (WritersFenced => batch[w].fence = fence)
              /\ (IF InOrder THEN ~Before(batch[w].after, Last(db)) /\ ~Before(Last(db), batch[w].after)
                  ELSE ~Written(batch[w].move))
           THEN Append(db, batch[w].move) ELSE db
  /\ batch' = [batch EXCEPT ![w] = NoBatch]
  /\ UNCHANGED <<redis, fences, rows, heard, rebuild, bounds, buyers>>

-----------------------------------------------------------------------------
\* Loss

\* What comes back is another server.
Lose ==
  /\ losses < Losses /\ losses' = losses + 1
  /\ \/ \E k \in (IF Strict THEN kept ELSE 0)..Len(stream) : stream' = SubSeq(stream, 1, k)
     \/ ~Strict /\ stream' = old
  /\ kept' = Surviving(stream')
  /\ old' = IF Strict \/ losses' = Losses THEN <<>> ELSE stream
  /\ serves' = ~ServerKnown
  /\ rebuild' = IF BeginsAgain THEN NoRebuild ELSE rebuild
  /\ UNCHANGED <<db, fences, rows, heard, batch, deaths, restarts, buyers>>

Restart(n) ==
  /\ restarts < Restarts /\ restarts' = restarts + 1
  /\ heard' = [heard EXCEPT ![n] = Nothing]
  /\ UNCHANGED <<redis, db, fences, rows, batch, rebuild, losses, deaths, buyers>>

\* What was told and is lost now, and no node or row that is left knows of it.
Forgotten(s) == {id \in Ids :
  /\ told[id] = "OWNS" /\ Status(s, id) = "NONE"
  /\ \A n \in Nodes : Before(heard[n].at, toldAt[id])}

Whole == \A place \in {heard[n].at : n \in Nodes} \cup {Last(db)} : ~Before(Last(stream), place)

\* Nothing is missing: a new epoch begins.
Adopt ==
  /\ ~AlwaysRebuilds /\ ~serves /\ rebuild.done = 0
  /\ AdoptsWhatIsWhole => Whole
  /\ AdoptsNothingHalf => ~unfinished
  /\ stream' = Move(stream, Max(fence, Epoch(stream)) + 1, "ADOPTED", Nobody, 0)
  /\ kept' = Surviving(stream') /\ serves' = TRUE
  /\ unknown' = unknown \cup Forgotten(stream)
  /\ UNCHANGED <<old, db, fences, rows, heard, batch, rebuild, bounds, told, toldAt, due>>

-----------------------------------------------------------------------------
\* Rebuilding

Steps ==
  (IF FenceRaisedFirst THEN <<"Fence", "Put">> ELSE <<"Read", "Fence", "Put">>)
  \o (IF ProvesFirst THEN <<"ProvePaid">> ELSE <<>>)
  \o <<"Expire", "ProveAll", "Resume">>

Does(step) == ~serves /\ Steps[rebuild.done + 1] = step

Done == [rebuild EXCEPT !.done = @ + 1]

\* In Redis, where it survives before the next step.
Rebuilt(s) ==
  /\ stream' = s /\ kept' = Surviving(s)
  /\ rebuild' = Done
  /\ UNCHANGED <<serves, old, db, fences, rows, heard, batch, bounds>>

Longer ==
  CASE Base = "Redis" -> stream
    [] Base = "Database" -> db
    [] OTHER -> IF Before(Last(stream), Last(db)) THEN db ELSE stream

ReadBase ==
  /\ Does("Read")
  /\ rebuild' = [Done EXCEPT !.base = Longer]
  /\ UNCHANGED <<redis, db, fences, rows, heard, batch, bounds, buyers>>

RaiseFence ==
  /\ Does("Fence")
  /\ fence' = Greatest({fence, Epoch(stream)} \cup {heard[n].at[1] : n \in Nodes}) + 1
  /\ unfinished' = TRUE
  /\ rebuild' = [Done EXCEPT !.epoch = fence']
  /\ UNCHANGED <<redis, db, rows, heard, batch, bounds, buyers>>

\* What is missing in Redis is put there, and the new epoch begins.
PutBase ==
  /\ Does("Put")
  /\ Rebuilt(Move(IF FenceRaisedFirst THEN Longer ELSE rebuild.base, rebuild.epoch, "ADOPTED", Nobody, 0))
  /\ UNCHANGED buyers

\* What a payment's row says of its reservation and of its money: it is restored if there is a ticket, and its decision
\* is put back, or the money goes back.
Proven(s, id) ==
  LET restored == IF Status(s, id) = "NONE" /\ row[id] # "REFUND_DUE" /\ Remaining(s) > 0
                     /\ (RestoresNothingDue => row[id] = "CONFIRMED" \/ id \notin due)
                  THEN Move(s, rebuild.epoch, "RESTORED", id, 1) ELSE s
  IN IF row[id] \notin {"CONFIRMED", "REFUND_DUE"} THEN restored
     ELSE IF Decision(s, id) # "NONE" THEN s
     ELSE IF row[id] = "CONFIRMED" /\ Status(restored, id) = "RESERVED" THEN Move(restored, rebuild.epoch, "PAID", id, 0)
     ELSE Move(s, rebuild.epoch, "REFUND_DUE", id, 0)

RECURSIVE ProvenAll(_, _)
ProvenAll(s, S) == IF S = {} THEN s ELSE LET id == CHOOSE id \in S : TRUE IN ProvenAll(Proven(s, id), S \ {id})

\* What is reserved still.
ProvePaid ==
  /\ Does("ProvePaid")
  /\ Rebuilt(IF ProvesRows
             THEN ProvenAll(stream, {id \in Ids : row[id] = "CONFIRMED" /\ Status(stream, id) = "RESERVED"}) ELSE stream)
  /\ UNCHANGED buyers

ProveAll ==
  /\ Does("ProveAll")
  /\ Rebuilt(IF ProvesRows THEN ProvenAll(stream, {id \in Ids : row[id] # "NONE"}) ELSE stream)
  /\ UNCHANGED buyers

RECURSIVE ExpiredAll(_, _)
ExpiredAll(s, S) ==
  IF S = {} THEN s ELSE LET id == CHOOSE id \in S : TRUE
                        IN ExpiredAll(Move(s, rebuild.epoch, "EXPIRED", id, 0), S \ {id})

ExpireDue ==
  /\ Does("Expire")
  /\ Rebuilt(ExpiredAll(stream, {id \in due : Status(stream, id) = "RESERVED"}))
  /\ UNCHANGED buyers

Missing ==
  LET known == IF NodesAsked THEN {heard[n].taken : n \in {n \in Nodes : heard[n].at # <<0, 0>>}} ELSE {}
      missing == IF known = {} \/ ~HoldsBack THEN 0
                 ELSE IF KnowsTaken THEN Greatest(known) - Taken(stream)
                 ELSE Remaining(stream) - (CHOOSE least \in known : \A each \in known : least <= each)
  IN Max(0, IF Owes THEN missing ELSE Min(missing, Remaining(stream)))

\* What is missing is held back, and the sale goes on.  By then the database has all that was rebuilt.
Resume ==
  /\ Does("Resume")
  /\ stream' = IF Missing = 0 THEN stream ELSE Move(stream, rebuild.epoch, "HELD_BACK", Nobody, Missing)
  /\ kept' = Surviving(stream') /\ serves' = TRUE
  /\ rebuild' = NoRebuild /\ unfinished' = FALSE
  /\ db' = IF WrittenFirst /\ IsPrefix(db, stream) THEN stream ELSE db
  /\ unknown' = unknown \cup Forgotten(stream)
  /\ UNCHANGED <<old, fence, rows, heard, batch, bounds, told, toldAt, due>>

Die ==
  /\ rebuild.done > 0 /\ deaths < Deaths /\ deaths' = deaths + 1
  /\ rebuild' = NoRebuild
  /\ UNCHANGED <<redis, db, fences, rows, heard, batch, losses, restarts, buyers>>

-----------------------------------------------------------------------------
Next ==
  \/ \E id \in Ids : Reserve(id) \/ Cancel(id) \/ FallDue(id) \/ Expire(id)
                     \/ BeginToPay(id) \/ Succeed(id) \/ Confirm(id) \/ KeepDecision(id) \/ GiveBack(id)
  \/ \E n \in Nodes : Answer(n) \/ Restart(n)
  \/ \E w \in Writers : Read(w) \/ ReadFence(w) \/ Write(w)
  \/ LetGo \/ Sync \/ Lose \/ Adopt
  \/ ReadBase \/ RaiseFence \/ PutBase \/ ProvePaid \/ ExpireDue \/ ProveAll \/ Resume \/ Die

Spec == Init /\ [][Next]_vars

Alike == Permutations(Nodes) \cup Permutations(Ids \ (Payers \cup Cancelling)) \cup Permutations(Writers)

-----------------------------------------------------------------------------
\* What holds

\* Those to whom a ticket is due: by the ledger, or by what they were told.
Entitled == {id \in Ids :
  \/ Status(stream, id) = "PAID"
  \/ Status(stream, id) = "RESERVED" /\ told[id] \notin {"CANCELS", "CANCELLED"}
  \/ Promised(id) /\ id \notin unknown}

NoOversell == serves => Cardinality(Entitled) <= Capacity

\* What was told and is lost is held back while its buyer may still come.
LostAreHeldBack == serves => Cardinality({id \in Ids : Promised(id) /\ id \notin unknown}) <= Held(stream)

\* What was paid before a loss is paid after it.  (Of one loss, and where nobody has cancelled: otherwise there may be no
\* ticket for it any more, and the money goes back.)
PaidStay == serves /\ losses < 2 /\ Cancelling = {} =>
  \A id \in Ids : row[id] = "CONFIRMED" => Status(stream, id) = "PAID"

\* If what is answered survives.
NothingIsLost == Strict /\ serves =>
  /\ \A id \in Ids : /\ told[id] = "OWNS" => Status(stream, id) # "NONE"
                    /\ told[id] = "CANCELLED" => Status(stream, id) = "CANCELLED"
  /\ Remaining(stream) >= 0 /\ Held(stream) = 0

\* Reserved once, ended once; what is paid stays so here.
EndsOnce == serves => \A id \in Ids :
  /\ Cardinality({i \in Of(stream, id) : stream[i].kind \in Begins}) <= 1
  /\ Cardinality({i \in Of(stream, id) : stream[i].kind \notin Begins}) <= 1

DecidedOnce == serves => \A id \in Ids : ~(Status(stream, id) = "PAID" /\ OwesBack(stream, id))

\* Nothing is written that the ledger does not have.
WrittenIsTrue == serves => IsPrefix(db, stream)

Quiet ==
  /\ serves /\ db = stream
  /\ \A id \in Ids : row[id] # "SUCCEEDED" /\ reply[id] = NoReply /\ (OwesBack(db, id) => id \in back)

MoneyForTickets == Quiet =>
  \A id \in Ids : (row[id] \in {"CONFIRMED", "REFUND_DUE"} /\ id \notin back) <=> Status(stream, id) = "PAID"

NeverBoth == serves => \A id \in back : Status(stream, id) # "PAID"
=============================================================================
