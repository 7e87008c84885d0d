# A member is shut out. The one below it has a connection to it, and ends it when it gets the list from the authority, which it asks after 55
# minutes without an answer to a report.
seed 16
watch
node hq
node pune
node kernel
link pune hq delay 20ms rate 1000000
link kernel pune delay 2ms rate 1000000
link kernel hq delay 20ms rate 1000000
1000ms create hq
10000ms join pune below hq
25000ms join kernel below pune
60000ms ask kernel p c0
100000ms revoke pune
3300000ms ask kernel q c1
3300000ms calm kernel upstream-away
3900000ms ask kernel q c2
4100000ms ask pune q c3
4200000ms alarm kernel upstream-away
4200000ms alarm kernel minted-without-upstream
4200000ms alarm hq member-alarm:kernel:minted-without-upstream
4200000ms alarm pune member-absent:kernel
4200000ms alarm pune federation-unreached
4200000ms alarm pune minted-without-upstream
