----------------------------- MODULE Payments ------------------------------
(***************************************************************************)
(* A reservation's life with money: buyers begin to pay, in two tabs, late,*)
(* or cancel meanwhile; the provider takes money, calls back or does not;   *)
(* nodes die between any two steps; operators reject and refund; and order  *)
(* and refund rows are written from the movements.  It says that money is   *)
(* kept if and only if the buyer has the ticket.                            *)
(*                                                                         *)
(* A script is one step, and so is a transaction.  A call to the ledger and *)
(* its reply travel as long as they like, or are lost with their node.      *)
(* Tickets that come back are on sale at once: module Seckill has the rest. *)
(***************************************************************************)
EXTENDS Naturals, Sequences, FiniteSets, TLC

CONSTANTS
  \* --- what is there
  Capacity, Limit,
  Ids,            \* reservations
  Anns,           \* those of one buyer; each other one has a buyer of its own
  Pairs,          \* those for two tickets; the others are for one
  Payments, Bobs, \* payments: of Bobs' reservation these, of Ann's the others
  Ann, Bob,
  Refunds,        \* what operators ask for, each for one ticket
  \* --- what may happen
  Cancelling,     \* whose buyer may cancel
  Silent,         \* payments that the provider never calls back about
  Deaths,         \* how often a node dies in the middle
  Rejecting,      \* payments that may get stuck, and be accepted or rejected
  \* --- rules
  ExtendsOnce,        \* paying holds a reservation longer once
  DecidesOnce,        \* the ledger looks for its decision first
  SecondGoesBack,     \* another payment of what is paid goes back
  OnlyExpiredAnew,    \* nothing is bought anew but what has expired
  OneSuccessor,       \* and that once
  NewId,              \* under an id of its own
  LimitApplies,       \* within the buyer's limit
  MarksLast,          \* an event is marked when all that follows from it is done
  TimerDecides,       \* the timer has decided what nobody has
  TimerAsks,          \* and asks the provider about what it never called back about
  RejectsInLedger,    \* rejecting is a decision of the ledger
  RefundKnownFirst,   \* a refund that was done is not done again
  RefundRowById,      \* what is due back is known by the refund, not by the payment
  ProviderKnows,      \* the provider knows a refund that it has done
  RowsBy              \* what makes an order's row: movements in "Order"; or in any order by "Status" or "Rank"

VARIABLES
  \* --- the ledger
  remaining, status, owner, held, decision, refunded, movements,
  extended,    \* reservations that were
  \* --- the provider
  money,       \* each payment's: NONE, OPEN, TAKEN
  gaveBack,    \* how many tickets' money
  knows,       \* refunds that it has done
  \* --- the database
  row,         \* each payment's: NONE, STARTED, SUCCEEDED, REJECTED
  kept,        \* the decision in it
  stuck, marked,
  order,       \* each reservation's row
  written,     \* the movements that are
  dues, done,  \* rows of refunds, and which of them are done
  \* --- on the way
  calls, replies,
  deaths

ledger == <<remaining, status, owner, held, decision, refunded, movements, extended>>
provider == <<money, gaveBack, knows>>
rows == <<row, kept, stuck, marked>>
orders == <<order, written, dues>>
ways == <<calls, replies, deaths>>
vars == <<ledger, provider, rows, orders, done, ways>>

Reservations == Ids \cup Payments
Of(p) == IF p \in Bobs THEN Bob ELSE Ann
Base(r) == IF r \in Payments THEN Of(r) ELSE r
Quantity(r) == IF Base(r) \in Pairs THEN 2 ELSE 1
Buyer(r) == IF Base(r) \in Anns THEN CHOOSE ann \in Anns : TRUE ELSE Base(r)

RECURSIVE Sum(_, _)
Sum(f, S) == IF S = {} THEN 0 ELSE LET x == CHOOSE x \in S : TRUE IN f[x] + Sum(f, S \ {x})

\* Tickets that a reservation holds.
Holds(r) ==
  IF status[r] = "RESERVED" THEN Quantity(r)
  ELSE IF status[r] = "PAID" THEN Quantity(r) - refunded[owner[r]]
  ELSE 0
HeldBy(b) == Sum([r \in Reservations |-> Holds(r)], {r \in Reservations : Buyer(r) = b})

None == "NONE"

Init ==
  /\ remaining = Capacity /\ status = [r \in Reservations |-> "NONE"] /\ owner = [r \in Reservations |-> None]
  /\ held = {} /\ extended = {}
  /\ decision = [p \in Payments |-> None] /\ refunded = [p \in Payments |-> 0] /\ movements = <<>>
  /\ money = [p \in Payments |-> "NONE"] /\ gaveBack = [p \in Payments |-> 0] /\ knows = {}
  /\ row = [p \in Payments |-> "NONE"] /\ kept = [p \in Payments |-> None] /\ stuck = {} /\ marked = {}
  /\ order = [r \in Reservations |-> "NONE"] /\ written = {} /\ dues = {} /\ done = {}
  /\ calls = {} /\ replies = {} /\ deaths = 0

Move(kind, r, p, f, tickets) ==
  movements' = Append(movements, [kind |-> kind, id |-> r, payment |-> p, refund |-> f, tickets |-> tickets])

-----------------------------------------------------------------------------
\* A reservation's life

Reserve(r) ==
  /\ r \in Ids /\ status[r] = "NONE" /\ remaining >= Quantity(r) /\ HeldBy(Buyer(r)) + Quantity(r) <= Limit
  /\ remaining' = remaining - Quantity(r)
  /\ status' = [status EXCEPT ![r] = "RESERVED"]
  /\ held' = held \cup {r}
  /\ Move("RESERVED", r, None, None, 0)
  /\ UNCHANGED <<owner, decision, refunded, extended, provider, rows, orders, done, ways>>

TimePasses(r) ==
  /\ r \in held /\ held' = held \ {r}
  /\ UNCHANGED <<remaining, status, owner, decision, refunded, movements, extended, provider, rows, orders, done, ways>>

End(r, kind) ==
  /\ status[r] = "RESERVED"
  /\ status' = [status EXCEPT ![r] = kind]
  /\ remaining' = remaining + Quantity(r)
  /\ held' = held \ {r}
  /\ Move(kind, r, None, None, Quantity(r))
  /\ UNCHANGED <<owner, decision, refunded, extended, provider, rows, orders, done, ways>>

Expire(r) == r \notin held /\ End(r, "EXPIRED")
Cancel(r) == r \in Cancelling /\ End(r, "CANCELLED")

\* The row first.
Begin(p) ==
  /\ row[p] = "NONE" /\ status[Of(p)] = "RESERVED"
  /\ row' = [row EXCEPT ![p] = "STARTED"]
  /\ UNCHANGED <<ledger, provider, kept, stuck, marked, orders, done, ways>>

\* Then the ledger; again if the provider does not answer.
Extend(p) ==
  /\ row[p] = "STARTED" /\ money[p] = "NONE" /\ status[Of(p)] = "RESERVED"
  /\ ExtendsOnce => Of(p) \notin extended
  /\ held' = held \cup {Of(p)} /\ extended' = extended \cup {Of(p)}
  /\ IF Of(p) \in extended THEN UNCHANGED movements ELSE Move("EXTENDED", Of(p), None, None, 0)
  /\ UNCHANGED <<remaining, status, owner, decision, refunded, provider, rows, orders, done, ways>>

\* Then the provider.
Open(p) ==
  /\ row[p] = "STARTED" /\ money[p] = "NONE" /\ Of(p) \in extended
  /\ money' = [money EXCEPT ![p] = "OPEN"]
  /\ UNCHANGED <<ledger, gaveBack, knows, rows, orders, done, ways>>

\* The buyer pays, whenever it likes.  Declined is as good as not yet.
Charge(p) ==
  /\ money[p] = "OPEN"
  /\ money' = [money EXCEPT ![p] = "TAKEN"]
  /\ UNCHANGED <<ledger, gaveBack, knows, rows, orders, done, ways>>

-----------------------------------------------------------------------------
\* What the provider says is kept, and the ledger is asked

Undecided(p) == row[p] = "SUCCEEDED" /\ kept[p] = None /\ p \notin stuck

\* It calls until it hears that it was heard; each call is handled by some node.
CallBack(p) ==
  /\ money[p] = "TAKEN" /\ p \notin Silent /\ p \notin marked
  /\ row' = IF row[p] = "STARTED" THEN [row EXCEPT ![p] = "SUCCEEDED"] ELSE row
  /\ calls' = IF row'[p] = "SUCCEEDED" /\ kept[p] = None /\ p \notin stuck THEN calls \cup {p} ELSE calls
  /\ marked' = IF MarksLast /\ p \in calls' THEN marked ELSE marked \cup {p}
  /\ <<row', calls', marked'>> # <<row, calls, marked>>
  /\ UNCHANGED <<ledger, provider, kept, stuck, orders, done, replies, deaths>>

Ask(p) ==
  /\ TimerAsks /\ row[p] = "STARTED" /\ money[p] = "TAKEN"
  /\ row' = [row EXCEPT ![p] = "SUCCEEDED"]
  /\ calls' = calls \cup {p}
  /\ UNCHANGED <<ledger, provider, kept, stuck, marked, orders, done, replies, deaths>>

Decide(p) ==
  /\ TimerDecides /\ Undecided(p) /\ p \notin calls
  /\ calls' = calls \cup {p}
  /\ UNCHANGED <<ledger, provider, rows, orders, done, replies, deaths>>

-----------------------------------------------------------------------------
\* The ledger decides

Outcome(p) ==
  LET r == Of(p)
      anew == /\ \/ status[r] = "EXPIRED"
                 \/ ~OnlyExpiredAnew /\ status[r] \in {"CANCELLED", "REFUNDED"}
              /\ OneSuccessor => \A q \in Payments : Of(q) = r => status[q] = "NONE"
              /\ remaining >= Quantity(r)
              /\ LimitApplies => HeldBy(Buyer(r)) + Quantity(r) <= Limit
  IN IF DecidesOnce /\ decision[p] # None THEN "AGAIN"
     ELSE IF status[r] = "RESERVED" THEN "PAID"
     ELSE IF status[r] = "PAID" /\ ~SecondGoesBack THEN "PAID_ALREADY"
     ELSE IF anew THEN "PAID_ANEW"
     ELSE "REFUND_DUE"

Reply(p) == replies' = replies \cup {[payment |-> p, decision |-> decision'[p]]}

Confirm(p) ==
  LET outcome == Outcome(p)
      r == IF outcome = "PAID_ANEW" /\ NewId THEN p ELSE Of(p)
  IN /\ p \in calls /\ calls' = calls \ {p}
     /\ CASE outcome = "AGAIN" -> UNCHANGED ledger
          [] outcome = "PAID_ALREADY" ->
               /\ decision' = [decision EXCEPT ![p] = "CONFIRMED"]
               /\ UNCHANGED <<remaining, status, owner, held, refunded, movements, extended>>
          [] outcome = "REFUND_DUE" ->
               /\ decision' = [decision EXCEPT ![p] = "REFUND_DUE"]
               /\ Move("REFUND_DUE", Of(p), p, p, 0)
               /\ UNCHANGED <<remaining, status, owner, held, refunded, extended>>
          [] OTHER ->
               /\ decision' = [decision EXCEPT ![p] = "CONFIRMED"]
               /\ status' = [status EXCEPT ![r] = "PAID"]
               /\ owner' = [owner EXCEPT ![r] = p]
               /\ held' = held \ {r}
               /\ remaining' = IF outcome = "PAID_ANEW" THEN remaining - Quantity(r) ELSE remaining
               /\ Move("PAID", r, p, None, 0)
               /\ UNCHANGED <<refunded, extended>>
     /\ Reply(p)
     /\ UNCHANGED <<provider, rows, orders, done, deaths>>

\* The decision is kept, and then the event is marked.
KeepDecision(p) == \E reply \in replies :
  /\ reply.payment = p /\ replies' = replies \ {reply}
  /\ kept' = IF row[p] = "SUCCEEDED" /\ kept[p] = None THEN [kept EXCEPT ![p] = reply.decision] ELSE kept
  /\ stuck' = IF kept' # kept THEN stuck \ {p} ELSE stuck
  /\ marked' = IF money[p] = "TAKEN" /\ p \notin Silent THEN marked \cup {p} ELSE marked
  /\ UNCHANGED <<ledger, provider, row, orders, done, calls, deaths>>

\* With what is under way about a payment.
Die(p) ==
  /\ deaths < Deaths /\ deaths' = deaths + 1
  /\ \/ p \in calls /\ calls' = calls \ {p} /\ UNCHANGED replies
     \/ \E reply \in replies : reply.payment = p /\ replies' = replies \ {reply} /\ UNCHANGED calls
  /\ UNCHANGED <<ledger, provider, rows, orders, done>>

-----------------------------------------------------------------------------
\* Operators

\* The ledger did not answer so often.
GetStuck(p) ==
  /\ p \in Rejecting /\ Undecided(p)
  /\ stuck' = stuck \cup {p}
  /\ UNCHANGED <<ledger, provider, row, kept, marked, orders, done, ways>>

Accept(p) ==
  /\ p \in stuck
  /\ stuck' = stuck \ {p}
  /\ calls' = calls \cup {p}
  /\ UNCHANGED <<ledger, provider, row, kept, marked, orders, done, replies, deaths>>

\* Whatever is decided by then stays.
Reject(p) ==
  /\ p \in stuck
  /\ IF RejectsInLedger
     THEN /\ IF decision[p] # None THEN UNCHANGED <<decision, movements>>
             ELSE decision' = [decision EXCEPT ![p] = "REFUND_DUE"] /\ Move("REFUND_DUE", Of(p), p, p, 0)
          /\ Reply(p)
          /\ UNCHANGED <<remaining, status, owner, held, refunded, extended, row, stuck, dues>>
     ELSE /\ row' = [row EXCEPT ![p] = "REJECTED"]
          /\ stuck' = stuck \ {p}
          /\ dues' = dues \cup {[refund |-> p, payment |-> p, tickets |-> Quantity(Of(p))]}
          /\ UNCHANGED <<ledger, replies>>
  /\ UNCHANGED <<provider, kept, marked, order, written, done, calls, deaths>>

Refunded(f) == \E i \in DOMAIN movements : movements[i].kind = "REFUNDED" /\ movements[i].refund = f

\* Of one ticket; asked again if the answer does not come.
Refund(p, f) ==
  LET r == CHOOSE r \in Reservations : owner[r] = p
  IN /\ f \in Refunds /\ decision[p] = "CONFIRMED" /\ \E r2 \in Reservations : owner[r2] = p
     /\ RefundKnownFirst => ~Refunded(f)
     /\ refunded[p] < Quantity(r)
     /\ refunded' = [refunded EXCEPT ![p] = @ + 1]
     /\ status' = IF refunded'[p] = Quantity(r) THEN [status EXCEPT ![r] = "REFUNDED"] ELSE status
     /\ remaining' = remaining + 1
     /\ Move("REFUNDED", r, p, f, 1)
     /\ UNCHANGED <<owner, held, decision, extended, provider, rows, orders, done, ways>>

-----------------------------------------------------------------------------
\* Orders, and money that is due back

StatusAfter(i) ==
  LET m == movements[i]
  IN CASE m.kind = "EXTENDED" -> "RESERVED"
       [] m.kind = "REFUNDED" ->
            IF Cardinality({j \in 1..i : movements[j].kind = "REFUNDED" /\ movements[j].id = m.id}) < Quantity(m.id)
            THEN "PAID" ELSE "REFUNDED"
       [] OTHER -> m.kind

Rank(s) == CASE s = "NONE" -> 0 [] s = "RESERVED" -> 1 [] s = "REFUNDED" -> 3 [] OTHER -> 2

Fits(before, after) ==
  CASE RowsBy = "Order" -> TRUE
    [] RowsBy = "Rank" -> Rank(after) > Rank(before)
    [] OTHER -> IF after \in {"NONE", "RESERVED"} THEN before = "NONE"
                ELSE IF after = "REFUNDED" THEN before = "PAID" ELSE before = "RESERVED"

Due(m) == [refund |-> IF RefundRowById THEN m.refund ELSE m.payment, payment |-> m.payment,
           tickets |-> IF m.kind = "REFUNDED" THEN m.tickets ELSE Quantity(Of(m.payment))]

Write == \E i \in DOMAIN movements :
  LET m == movements[i]
  IN /\ i \notin written
     /\ RowsBy = "Order" => \A j \in 1..(i - 1) : j \in written
     /\ written' = written \cup {i}
     /\ order' = IF m.kind # "REFUND_DUE" /\ Fits(order[m.id], StatusAfter(i))
                 THEN [order EXCEPT ![m.id] = StatusAfter(i)] ELSE order
     /\ dues' = IF m.kind \in {"REFUNDED", "REFUND_DUE"} /\ \A due \in dues : due.refund # Due(m).refund
                THEN dues \cup {Due(m)} ELSE dues
     /\ UNCHANGED <<ledger, provider, rows, done, ways>>

\* At the provider, and noted afterwards.
GiveBack == \E due \in dues :
  /\ due.refund \notin done
  /\ due.refund \notin knows \/ (~ProviderKnows /\ deaths < Deaths)
  /\ gaveBack' = [gaveBack EXCEPT ![due.payment] = @ + due.tickets]
  /\ knows' = knows \cup {due.refund}
  /\ deaths' = IF due.refund \in knows THEN deaths + 1 ELSE deaths
  /\ UNCHANGED <<ledger, money, rows, orders, done, calls, replies>>

NoteDone == \E due \in dues :
  /\ due.refund \in knows \ done /\ done' = done \cup {due.refund}
  /\ UNCHANGED <<ledger, provider, rows, orders, ways>>

-----------------------------------------------------------------------------
Next ==
  \/ \E r \in Ids : Reserve(r) \/ TimePasses(r) \/ Expire(r) \/ Cancel(r)
  \/ \E p \in Payments : Begin(p) \/ Extend(p) \/ Open(p) \/ Charge(p)
                         \/ CallBack(p) \/ Ask(p) \/ Decide(p) \/ Confirm(p) \/ KeepDecision(p) \/ Die(p)
                         \/ GetStuck(p) \/ Accept(p) \/ Reject(p)
                         \/ \E f \in Refunds : Refund(p, f)
  \/ Write \/ GiveBack \/ NoteDone

\* The timer runs, what is sent arrives or is lost with its node, and somebody looks after what is stuck.
Spec ==
  /\ Init /\ [][Next]_vars
  /\ WF_vars(Write) /\ WF_vars(GiveBack) /\ WF_vars(NoteDone)
  /\ \A r \in Ids : WF_vars(TimePasses(r)) /\ WF_vars(Expire(r))
  /\ \A p \in Payments : WF_vars(Ask(p)) /\ WF_vars(Decide(p)) /\ WF_vars(Confirm(p)) /\ WF_vars(KeepDecision(p))
                         /\ SF_vars(Reject(p))

Alike == Permutations(Payments \ (Bobs \cup Silent \cup Rejecting)) \cup Permutations(Refunds)

-----------------------------------------------------------------------------
\* What holds

TicketsAddUp == remaining + Sum([r \in Reservations |-> Holds(r)], Reservations) = Capacity

LimitHolds == \A r \in Reservations : HeldBy(Buyer(r)) <= Limit

Ends(r) == {i \in DOMAIN movements : movements[i].id = r /\ movements[i].kind \in {"CANCELLED", "EXPIRED", "PAID"}}

\* A reservation ends once, and its tickets come back once.
EndsOnce == \A r \in Reservations :
  /\ Cardinality(Ends(r)) <= 1
  /\ Sum([i \in DOMAIN movements |-> movements[i].tickets], {i \in DOMAIN movements : movements[i].id = r}) <= Quantity(r)

\* A reservation is bought once, by itself or anew, and anew only after it has expired.
BoughtOnce == \A r \in Ids :
  /\ Cardinality({s \in Reservations : Base(s) = r /\ owner[s] # None}) <= 1
  /\ \A p \in Payments : Of(p) = r /\ owner[p] # None => status[r] = "EXPIRED"

\* Whatever is decided about a payment stays.
DecidedOnce == \A p \in Payments :
  Cardinality({i \in DOMAIN movements : movements[i].payment = p /\ movements[i].kind \in {"PAID", "REFUND_DUE"}}) <= 1

\* What a payment has bought and was not given back.
Bought(p) == Sum([r \in Reservations |-> Holds(r)], {r \in Reservations : owner[r] = p})

AllWritten == written = DOMAIN movements

\* Nothing is left to do for anybody but buyers.
Quiet ==
  /\ AllWritten /\ \A due \in dues : due.refund \in done
  /\ calls = {} /\ replies = {} /\ stuck = {}
  /\ \A p \in Payments : ~ENABLED Ask(p) /\ ~ENABLED Decide(p) /\ ~ENABLED CallBack(p)

MoneyForTickets == Quiet => \A p \in Payments : money[p] = "TAKEN" => gaveBack[p] + Bought(p) = Quantity(Of(p))

\* At any time.
NeverTooMuchBack == \A p \in Payments : gaveBack[p] + Bought(p) <= Quantity(Of(p))

\* Each refund that was asked for once is done once.
RefundsAsAsked == \A f \in Refunds :
  Cardinality({i \in DOMAIN movements : movements[i].kind = "REFUNDED" /\ movements[i].refund = f}) <= 1

RowsAreRight == AllWritten => \A r \in Reservations : order[r] = status[r]

\* The row says what the ledger has decided.
RowsAgree == \A p \in Payments : kept[p] # None => kept[p] = decision[p]

Settles == <>[](Quiet /\ \A r \in Reservations : status[r] # "RESERVED")
=============================================================================
