# The authority's database goes back to a backup from before a member joined. The first report shows it, no lane is given, and members go
# on. When all have reported, the mark is taken away: the next member gets a lane of its own.
seed 3
watch
node hq
node pune
node oslo
node lima
1000ms create hq
10000ms join pune below hq
40000ms backup hq
60000ms join oslo below hq
80000ms ask oslo p c1 gives 0.1
81000ms ask oslo p c2 gives 0.257
82000ms ask pune p c3 gives 0.0
150000ms restore hq
200000ms alarm hq register-restored
201000ms ask pune p c4
202000ms ask oslo p c5
250000ms after-restore hq
330000ms calm hq register-restored
340000ms join lima below hq
380000ms ask lima q c6 gives 0.2
