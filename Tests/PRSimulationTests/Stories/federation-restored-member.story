# A member's database goes back to a backup. It mints until its first report is answered, which is at once, and then has another lane.
seed 2
watch
node hq
node pune sync 5000ms
node kernel
link pune hq delay 20ms rate 1000000
link kernel pune delay 5ms rate 1000000
1000ms create hq
10000ms join pune below hq
25000ms join kernel below pune
60000ms ask kernel p c1 gives 0.0.0
61000ms ask kernel p c2 gives 0.0.256
90000ms backup kernel
100000ms ask kernel p c3 gives 0.0.512
200000ms restore kernel
210000ms alarm kernel minting-stopped
210000ms alarm hq member-cloned:kernel
211000ms ask kernel p c4 gives refused
211000ms ask kernel p c2 gives 0.0.256 history
220000ms relane kernel
280000ms calm kernel minting-stopped
280000ms calm hq member-cloned
281000ms ask kernel p c5 gives 0.0.257
