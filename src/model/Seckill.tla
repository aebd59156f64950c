------------------------------ MODULE Seckill ------------------------------
(***************************************************************************)
(* One sale: buyers ask nodes, nodes ask the ledger, replies get lost,      *)
(* clients ask again on another node, nodes send again, reservations end    *)
(* and their tickets come back.  It says that nobody is told a lie.         *)
(*                                                                         *)
(* A script is one step.  Requests and replies travel as long as they like; *)
(* a lost one never arrives.  Time is a tick: it ends leases and rests, and *)
(* nothing else waits for it, so every order of events within a tick is     *)
(* tried.  Each rule of the protocol is a constant of its own: switched     *)
(* off, the checker finds who is told a lie.                                *)
(*                                                                         *)
(* Left out, because it can only end an attempt earlier: deadlines, opening *)
(* hours, full queues.  Left out, because it is another question: payment,  *)
(* a Redis that loses data (so the epoch never changes), shares (there is a *)
(* module for them).  A node that hears of tickets opens its gate at once;  *)
(* here it uses its lease to the end, which is worse.                       *)
(***************************************************************************)
EXTENDS Naturals, Sequences, FiniteSets, TLC

CONSTANTS
  \* --- what is there
  Nodes, Capacity, Limit,
  Ids,        \* a reservation's id: what one buyer asks under one key
  Anns,       \* those of the Ids that are keys of one buyer; each other id has a buyer of its own
  Pairs,      \* those asking for two tickets; the others ask for one
  \* --- what may happen
  Patient,    \* those asking a second time when the first answer does not come
  Cancelling, \* those whose buyer may cancel
  SentAgain,  \* those whose node sends the request again when it misses the reply
  Losses,     \* how often a node restarts or the stream loses its beginning
  \* --- ticks
  Lease,      \* how long a gate stays closed, from when the call was sent
  Rest,       \* how long given-back tickets rest, the first of those that go on sale together
  \* --- rules
  KnownIdFirst,       \* deduct looks for the id before anything else
  StampCompared,      \* deduct refuses a stamp older than the last restock
  StampKept,          \* a request that is sent again keeps its stamp
  OwnAnswerOnly,      \* the reply to another's call refuses nobody
  LeaseFromSending,   \* a lease counts from when the call was sent, not from when its reply came
  ReadsBeforeClosing, \* a gate closes after reading the winners up to the reply's position
  ReadsAllAfterGap,   \* a node that missed movements reads all buyers
  EndedAreWinners,    \* buyers whose reservation has ended are among them
  CancelLeavesRecord, \* cancelling an unknown id leaves a record, so that its reserve finds itself cancelled
  EndsOnce,           \* only what is RESERVED can end
  CountsWithStatus,   \* an end lowers the buyer's count
  EndedStay,          \* an ended reservation is never forgotten
  LeaseEndsAtRestock, \* while tickets rest, a lease ends at the latest when they go on sale
  GoesDirectly        \* when given-back tickets are on sale at once: "WhileEnough" remain for whatever one may ask,
                      \* "WhileAny" remain, "Always"

VARIABLES
  \* --- the ledger
  remaining,   \* tickets on sale
  returning,   \* tickets that rest
  restock,     \* in how many ticks those go on sale
  sellable,    \* rises with each restock
  reservation, \* each id's status
  held,        \* tickets held by each buyer
  movements,   \* who reserved (or cancelled beforehand), in order: a position is a count
  \* --- on the way
  requests, replies,
  \* --- each node
  stamp,       \* the newest sellable it has heard of
  closed,      \* how long its gate stays closed; 0 is open
  winners,     \* the buyers that pass its closed gate
  gap,         \* up to where it can no longer read movements
  losses,
  \* --- each id's buyer
  asked,       \* how often
  told         \* what it believes

ledger == <<remaining, returning, restock, sellable, reservation, held, movements>>
calls  == <<requests, replies>>
node   == <<stamp, closed, winners, gap, losses>>
client == <<asked, told>>
vars   == <<ledger, calls, node, client>>

Buyer(id) == IF id \in Anns THEN CHOOSE ann \in Anns : TRUE ELSE id
Buyers == {Buyer(id) : id \in Ids}
Quantity(id) == IF id \in Pairs THEN 2 ELSE 1
Tries(id) == IF id \in Patient THEN 2 ELSE 1
Max(a, b) == IF a > b THEN a ELSE b
Min(a, b) == IF a < b THEN a ELSE b
Less(a, b) == IF a > b THEN a - b ELSE 0

RECURSIVE Sum(_, _)
Sum(f, S) == IF S = {} THEN 0 ELSE LET x == CHOOSE x \in S : TRUE IN f[x] + Sum(f, S \ {x})
Live == {id \in Ids : reservation[id] = "RESERVED"}
Held(b) == Sum([id \in Ids |-> Quantity(id)], {id \in Live : Buyer(id) = b})

Init ==
  /\ remaining = Capacity /\ returning = 0 /\ restock = 0 /\ sellable = 1
  /\ reservation = [id \in Ids |-> "NONE"] /\ held = [b \in Buyers |-> 0] /\ movements = <<>>
  /\ requests = {} /\ replies = {}
  /\ stamp = [n \in Nodes |-> 1] /\ closed = [n \in Nodes |-> 0] /\ winners = [n \in Nodes |-> {}]
  /\ gap = [n \in Nodes |-> 0] /\ losses = 0
  /\ asked = [id \in Ids |-> 0] /\ told = [id \in Ids |-> "NOTHING"]

-----------------------------------------------------------------------------
\* Buyers

Refuses(n, id) ==
  \/ closed[n] > 0 /\ Buyer(id) \notin winners[n]
  \/ ~OwnAnswerOnly /\ remaining = 0

\* A buyer asks, or asks again because it was BUSY or no answer came; from then on it waits for that answer only.
\* The node takes the stamp at this moment.
Ask(id, n) ==
  /\ told[id] = "NOTHING" /\ asked[id] < Tries(id)
  /\ asked' = [asked EXCEPT ![id] = @ + 1]
  /\ IF Refuses(n, id)
     THEN told' = [told EXCEPT ![id] = "REFUSED"] /\ UNCHANGED requests
     ELSE /\ requests' = requests \cup {[id |-> id, node |-> n, attempt |-> asked[id] + 1,
                                         again |-> FALSE, stamp |-> stamp[n], left |-> Lease, awaited |-> TRUE]}
          /\ UNCHANGED told
  /\ UNCHANGED <<ledger, replies, node>>

-----------------------------------------------------------------------------
\* The ledger.  Every script first puts on sale what has rested (Restock), so none runs before that.

Entered == returning = 0 \/ restock > 0

Restock ==
  /\ ~Entered
  /\ remaining' = remaining + returning
  /\ returning' = 0
  /\ sellable' = sellable + 1
  /\ UNCHANGED <<restock, reservation, held, movements, calls, node, client>>

\* How long a gate may stay closed on a call that runs now and whose lease has so much left.
LeaseLeft(left) ==
  IF remaining' > 0 THEN 0
  ELSE IF returning > 0 /\ LeaseEndsAtRestock THEN Min(left, Less(restock, Lease - left))
  ELSE left

Outcome(request) ==
  LET id == request.id
      known == reservation[id] # "NONE"
  IN IF known /\ KnownIdFirst THEN "ALREADY_RESERVED"
     ELSE IF StampCompared /\ request.stamp < sellable THEN "STALE"
     ELSE IF held[Buyer(id)] + Quantity(id) > Limit THEN "LIMIT_REACHED"
     ELSE IF remaining = 0 THEN "SOLD_OUT"
     ELSE IF remaining < Quantity(id) THEN "NOT_ENOUGH"
     ELSE IF known THEN "ALREADY_RESERVED"
     ELSE "RESERVED"

Deduct == \E request \in requests :
  LET id == request.id
      outcome == Outcome(request)
  IN /\ Entered
     /\ IF outcome = "RESERVED"
        THEN /\ remaining' = remaining - Quantity(id)
             /\ reservation' = [reservation EXCEPT ![id] = "RESERVED"]
             /\ held' = [held EXCEPT ![Buyer(id)] = @ + Quantity(id)]
             /\ movements' = Append(movements, [id |-> id, tickets |-> Quantity(id)])
        ELSE UNCHANGED <<remaining, reservation, held, movements>>
     /\ requests' = requests \ {request}
     /\ replies' = IF request.awaited
                   THEN replies \cup {[request |-> [request EXCEPT !.left = 0], outcome |-> outcome,
                                       sellable |-> sellable, position |-> Len(movements'),
                                       left |-> LeaseLeft(request.left)]}
                   ELSE replies
     /\ UNCHANGED <<returning, restock, sellable, node, client>>

Enough ==
  \/ GoesDirectly = "WhileEnough" /\ remaining >= Limit
  \/ GoesDirectly = "WhileAny" /\ remaining > 0
  \/ GoesDirectly = "Always"

\* What rests goes on sale together, a rest after the first of it came back.
GiveBack(tickets) ==
  IF Enough
  THEN remaining' = remaining + tickets /\ UNCHANGED <<returning, restock>>
  ELSE /\ returning' = returning + tickets
       /\ restock' = IF returning = 0 THEN Rest ELSE restock
       /\ UNCHANGED remaining

End(id, status) ==
  /\ reservation' = [reservation EXCEPT ![id] = status]
  /\ held' = IF CountsWithStatus THEN [held EXCEPT ![Buyer(id)] = Less(@, Quantity(id))] ELSE held
  /\ GiveBack(Quantity(id))
  /\ UNCHANGED <<sellable, movements>>

Expire(id) ==
  /\ Entered
  /\ reservation[id] = "RESERVED" \/ (~EndsOnce /\ reservation[id] = "CANCELLED")
  /\ End(id, "EXPIRED")
  /\ UNCHANGED <<calls, node, client>>

\* A buyer cancels what it asked for, and hears of it or does not.
Cancel(id, hears) ==
  /\ Entered
  /\ id \in Cancelling /\ asked[id] > 0 /\ told[id] \in {"NOTHING", "OWNS"}
  /\ \/ reservation[id] = "RESERVED" /\ End(id, "CANCELLED")
     \/ /\ reservation[id] = "NONE"
        /\ IF CancelLeavesRecord
           THEN /\ reservation' = [reservation EXCEPT ![id] = "CANCELLED"]
                /\ movements' = Append(movements, [id |-> id, tickets |-> 0])
           ELSE UNCHANGED <<reservation, movements>>
        /\ UNCHANGED <<remaining, returning, restock, sellable, held>>
     \/ reservation[id] = "CANCELLED" /\ UNCHANGED ledger
  /\ told' = IF hears THEN [told EXCEPT ![id] = "CANCELLED"] ELSE told
  /\ UNCHANGED <<calls, node, asked>>

\* What must not be: only without the rule.
Forget(id) ==
  /\ ~EndedStay /\ reservation[id] \in {"CANCELLED", "EXPIRED"}
  /\ reservation' = [reservation EXCEPT ![id] = "NONE"]
  /\ UNCHANGED <<remaining, returning, restock, sellable, held, movements, calls, node, client>>

-----------------------------------------------------------------------------
\* Nodes

\* The winners that a node finds when it reads up to a position, what it can no longer read from the ledger's buyers.
Read(n, position) ==
  {Buyer(movements[i].id) : i \in {i \in 1..position :
     \/ i > gap[n]
     \/ ReadsAllAfterGap /\ (EndedAreWinners \/ reservation[movements[i].id] = "RESERVED")}}

\* Whatever a node calls the ledger for, the reply says how the sale stands.
Hear(n, newest, position, left) ==
  /\ stamp' = [stamp EXCEPT ![n] = Max(@, newest)]
  /\ closed' = [closed EXCEPT ![n] = Max(@, left)]
  /\ winners' = IF left > 0 /\ ReadsBeforeClosing THEN [winners EXCEPT ![n] = @ \cup Read(n, position)] ELSE winners
  /\ UNCHANGED <<gap, losses>>

Believes(outcome) ==
  CASE outcome \in {"RESERVED", "ALREADY_RESERVED"} -> "OWNS"
    [] outcome \in {"SOLD_OUT", "NOT_ENOUGH"} -> "REFUSED"
    [] outcome = "LIMIT_REACHED" -> "LIMITED"
    [] outcome = "STALE" -> "NOTHING"

Deliver == \E reply \in replies :
  LET id == reply.request.id
  IN /\ replies' = replies \ {reply}
     /\ Hear(reply.request.node, reply.sellable, reply.position, reply.left)
     /\ told' = IF told[id] = "NOTHING" /\ asked[id] = reply.request.attempt
                THEN [told EXCEPT ![id] = Believes(reply.outcome)]
                ELSE told
     /\ UNCHANGED <<ledger, requests, asked>>

\* The timer renews the share, which tells how the sale stands.
Renew(n) ==
  /\ Entered
  /\ remaining' = remaining
  /\ Hear(n, sellable, Len(movements), LeaseLeft(Lease))
  /\ UNCHANGED <<ledger, calls, client>>

\* No answer in time: the node sends the request again and waits for that one only.
SendAgain == \E request \in requests \cup {reply.request : reply \in replies} :
  /\ request.awaited /\ ~request.again /\ request.id \in SentAgain
  /\ LET again == [request EXCEPT !.again = TRUE, !.left = Lease,
                                  !.stamp = IF StampKept THEN @ ELSE stamp[request.node]]
         slow == IF request \in requests THEN {[request EXCEPT !.awaited = FALSE, !.left = 0]} ELSE {}
     IN /\ requests' = (requests \ {request}) \cup slow \cup {again}
        /\ replies' = {reply \in replies : reply.request # request}
  /\ UNCHANGED <<ledger, node, client>>

\* All that a node knows is in memory.
Restart(n) ==
  /\ losses < Losses /\ losses' = losses + 1
  /\ stamp' = [stamp EXCEPT ![n] = 1]
  /\ closed' = [closed EXCEPT ![n] = 0]
  /\ winners' = [winners EXCEPT ![n] = {}]
  /\ gap' = [gap EXCEPT ![n] = Len(movements)]
  /\ requests' = {IF r.node = n THEN [r EXCEPT !.awaited = FALSE, !.left = 0] ELSE r : r \in requests}
  /\ replies' = {r \in replies : r.request.node # n}
  /\ UNCHANGED <<ledger, client>>

Trim ==
  /\ losses < Losses /\ losses' = losses + 1
  /\ gap' = [n \in Nodes |-> Len(movements)]
  /\ UNCHANGED <<ledger, calls, stamp, closed, winners, client>>

-----------------------------------------------------------------------------
\* Time

Ticks == restock > 0 \/ (\E n \in Nodes : closed[n] > 0)
         \/ (LeaseFromSending /\ \E call \in requests \cup replies : call.left > 0)

Tick ==
  LET older(call) == IF LeaseFromSending THEN [call EXCEPT !.left = Less(@, 1)] ELSE call
  IN /\ Ticks
     /\ restock' = Less(restock, 1)
     /\ closed' = [n \in Nodes |-> Less(closed[n], 1)]
     /\ requests' = {older(r) : r \in requests}
     /\ replies' = {older(r) : r \in replies}
     /\ UNCHANGED <<remaining, returning, sellable, reservation, held, movements, stamp, winners, gap, losses, client>>

-----------------------------------------------------------------------------
Next ==
  \/ \E id \in Ids, n \in Nodes : Ask(id, n)
  \/ \E id \in Ids : Expire(id) \/ Forget(id) \/ \E hears \in BOOLEAN : Cancel(id, hears)
  \/ \E n \in Nodes : Renew(n) \/ Restart(n)
  \/ Deduct \/ Deliver \/ SendAgain \/ Restock \/ Trim \/ Tick

\* Nothing is promised to arrive.  A living node's timer runs, and what it runs puts on sale what has rested.
Spec == Init /\ [][Next]_vars /\ WF_vars(Tick) /\ WF_vars(Restock) /\ \A n \in Nodes : WF_vars(Renew(n))

Alike == Permutations(Nodes) \cup Permutations(Ids \ (Anns \cup Pairs \cup Patient \cup Cancelling \cup SentAgain))

-----------------------------------------------------------------------------
\* What holds

TicketsAddUp == remaining + returning + Sum([id \in Ids |-> Quantity(id)], Live) = Capacity

Reserved(id) == {i \in DOMAIN movements : movements[i].id = id /\ movements[i].tickets > 0}

OneDeductionEach == \A id \in Ids : Cardinality(Reserved(id)) <= 1

CountIsRight == \A b \in Buyers : held[b] = Held(b)

\* Who was told "yours" has a record, for ever.
OwnersOwn == \A id \in Ids : told[id] = "OWNS" => reservation[id] # "NONE"

\* Who was refused for want of tickets never had a ticket under that key and gets none later, unless it asks again.
RefusedHaveNothing == \A id \in Ids : told[id] = "REFUSED" => Reserved(id) = {}

\* Not promised, and not so: a count falls when something else of the same buyer ends.
LimitedHaveNothing == \A id \in Ids : told[id] = "LIMITED" => Reserved(id) = {}

CancelledIsOver == \A id \in Ids : told[id] = "CANCELLED" => reservation[id] # "RESERVED"

NothingToSellBehindAGate == \A n \in Nodes : closed[n] > 0 => remaining = 0

\* Whatever comes back is on sale in the end, on every node.
ReturnedAreBuyable ==
  <>[](returning = 0 /\ (remaining > 0 => \A n \in Nodes : closed[n] = 0 /\ stamp[n] = sellable))
=============================================================================
