# The authority's database goes back. A member that has a copy of it makes a fresh one, and names the rows that are gone.
seed 31
watch
node hq
node pune sync 5000ms
link pune hq delay 20ms rate 1000000
1000ms create hq
10000ms join pune below hq
40000ms ask hq p c1 gives 0
60000ms backup hq
80000ms ask hq p c2 gives 1
120000ms restore hq
240000ms alarm pune rows-vanished
240000ms past pune copy-reset
240000ms alarm hq register-restored
250000ms after-restore hq
400000ms calm hq register-restored
