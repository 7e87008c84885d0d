# A member retires, and another one joins. The database of the first comes back from a backup from before: it mints nothing.
seed 14
watch
node hq
node pune
node oslo
link pune hq delay 20ms rate 1000000
1000ms create hq
10000ms join pune below hq
40000ms ask pune p c0 gives 0.0
41000ms ask pune p c1 gives 0.256
60000ms backup pune
90000ms ask pune p c2 gives 0.512
100000ms retire pune
140000ms alarm pune minting-stopped
141000ms ask pune p c3 gives refused
141000ms ask pune p c0 gives 0.0 history
145000ms kill pune
150000ms join oslo below hq
180000ms ask oslo p c4 gives 0.1
200000ms restore pune
240000ms alarm pune minting-stopped
240000ms alarm hq member-superseded:pune
241000ms ask pune p c6 gives refused
