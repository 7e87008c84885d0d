# A row whose commit was cancelled is seen at once, and no standby has it. The standby is promoted, and the row is gone: its number
# goes to another content. No client was given it before.
seed 3
node hq postgresql
node hq2 on hq
1000ms ask hq p c0 gives 0
2000ms database hq stop-standby
2500ms ask hq p c1
2600ms database hq cancel
2601ms ask hq2 p c1
2602ms ask hq2 p c2
2610ms database hq cancel
2620ms database hq promote
20000ms ask hq2 p c2
20100ms ask hq p c1
