package literal

// commonGrams lists the trigrams that are most frequent in source text and
// prose, letter case dropped (see hash), each followed by a letter for its
// frequency: a is one in a million, b two, c four, and so on. They were counted
// over a few megabytes each of C, Go, Python and Ruby. A line break reads as *
// and a tab as ) when its case bit is set.
const commonGrams = "" +
	"   q*  n = l thl*))lionl relthel selasslinglserlsell)* l** ltiolintl inlelflteskestkentkconkhe k 0xkertkssek {*kallkdefklf.kendkif k:* k  sk000k dek)))kerrk cok" +
	"strkterk  akateked k  #k askfork, 0k # kamekreak  ek enkor kctiker ksetkatik  rkretk\", kturknamkandk0, kectk tok{*)k)*)kstak  dketuk,* kequk// kis kreskng kurnk" +
	" noktriktypkvalk tej,*)jef jto jeadj ifj stj  ijypejverj anjodejnd*j isjonsjst j fojlocj)**j, 2jrinjon jse jes j= 0jin jilejnt jactjnd jargjntejistjcomj5, j---j" +
	"rrojersjrorjrn j):*jortjithjnotjualjdatjasej}**j a jtedjinejfilje, j  \"je tjtruj}* jderjwitje* jal jitejquaj, \"j 0,jizej  =jgetjmodj;* jtinjcaljuncj), jredjlinj" +
	"rt j cajporjmenjf tjivejle j) {j)}*jblejailj);*jontjfunj paj wijpatj ==j arjlasj255j(sej== j ofjchejproj 25jparj dojraijre jkeyj55,j{* jusej majdisjperjackjet j" +
	"evejindjlisjth jonejaluj :=j:= jtatj, sjextjluejof jrecjedijataj  tjtimj},*jt, j, tjockje ij trj0x0jtorjx00jessje ajs aj}*)jlsejlenjnstjot jimejabljratjprejrenj" +
	"athj*//j fij bejarejs, jerej  cjs tj.asjlloj exjclaj erjmaljecojte jnewjinsj', jf.aje sj lij rajchajrepjritjd**jexpjsizjcodjposj prjuinjts jtivjaddj))*jat j)ifj" +
	"oduj\"* joutiageirueialiie cill icatienci= siulti, 'imati: 0i  }ifroian indeir, iappi*}*i * id* icasiordiulei, ai1, ielei acie =iimpi vai }*itrairanit tien in ti" +
	"ncei*)iial(i*)}ithoi chi()*ipecieraiherilicidulionficani, 1i***ithii#  ialsi/* i lei usit iiromi siiptiiattiouniroui)reiss is =i0x1i= nirteime isteier.i\")*iplei" +
	" gei clinfiihaniytei oninoniloaiutei, eitchiadei + i)//ibyti nei.* ifini poiangiqueintsissaitari whinilingeimplithaioreid, ifigi ali moi diisini loitabireqi eli" +
	"texiicai*/*icreiommi**)ilatidiriscaiachiwriiormintiiastide itenieatiiseie fidinipenintrirgsisioimeti: \"is* ie)*i uiiiniimpoiompiigniilsisigi itit sine illeie oi" +
	" friunti byi  fis ii, ri))}i !=i\": i!= iartihisias inalinc i}, i unipaci, ni  pidelice ihatiplii soi  'ittrilogisecitteiepliharige iit ioptiid initibasi faiosti" +
	"t =ie ri, bihasimanich i meiefiily it aid ti, iinerinodi.**itemie: iveniireiferict it64iobjiom iaceit ci, pi.coi hai opiincibe isesi, cifaliatci suielsi wai ori" +
	"cesipe ins i niicorio* iemei2, irefiar ir =i  0imesisysioveioini*)ri goia, ilesir tisubibutiaisidesi))siletiulliarai\"\"\"iopei===i */iouri {}iantitrei tyin ai  {i" +
	"oadion.i, oinneive iheai imi() i.reicuri weit* inumienaisedinseiainist.i\",*iervi.opin siialirr iumei \"\"ileri bui { i atipriint6irunilecibooin, ibloiucti ->i - i" +
	"stsil, iarsi-> if (incoiuesiwhei nairaci, fi###ieteibufiminivariollirseiribies.i tiigrailf)ieriid iier(istii*)/i laiteqiureild iesei**/icteiethinediitii})*iooki" +
	") =isupistoileairegi fuiosei))iismaionniinfi syibinis: ireei*)si= riundispeid biancilowibacitalid aintaimmaido*iut i(rei0*)iighimasit *hfiehdechdexhtaghf, hssih" +
	"*fuhe dh  /he ph.nehaskhesuh*){hrmahf shs fhlidhlithl {hetthnd(hopahx, hs nh dahe nhckehhecheckhhenhf):ht)*hrcehemphcouhocah boh= {h nuhcluhn ih keh, {hupph),*h" +
	"d64hpamh  wh')*hrvehicehtrohck hppehworhtanh tahlemhemah))rh adhs shil hr ihillh  `hptrh.sehgenh* *hesphernhamdhmd6hatoh  (hefahusthes(h  mhauthledh;*)ht ohtich" +
	"aulhfoohc, ha.ohsenhue hfauhsa.hvexh64vh'  hnechet(h)sshavehidehmaxhndihue*hspahby hcachscrht fhondhte(hghthe lhmaiht {hramhrsihnfohongh //hjechoolhthrhcrihppoh" +
	" < hn* hs oh, whe:*h= thr ahse*hr* h= chnt(hcaphe ehwe hityhshoht rht32hhelhenehrolhkedh, dhexchetahgrohhodhepthffehputhplahr)*hginhinahothhad h*)mhclohunshquih" +
	"emohe mh aphfixhn chberhclih bahplyhflohoffhen(htryhd =h.sthanshrigh shh, mhle.h hehs.*hanyhe()hgerh: {hrs hme.hhouh, lhsouhruchor(hdich} {h= \"he whttphiesh*)ch" +
	"  uhsonhmerh;**ho thashh | h  bht) h= fhe \"hnclhry hdleh= ahnt3hagsh 10hismhdenhinkhibuh /*he*)hcolhngshifihbjehrgehhtth \"shlf,hriph.*)h veh  lhensh, yhludhlieh" +
	" \"ahbith 0 hcophmarhoidhflahdedhsymhudehurchremh pehakehrtih, uht bhsoch} =hrreht: hrsth))thunihouphxpeh\"\"*hs chorshvoihwanhcepher*hlonhildhncthuffhe bhnsihn =h" +
	"3, he.*hninheschkenh mihmaphloshicth evhenvhddrh)) hmith00ahs)*h*# h.pahorihsmohienhg theldhlooh &&h= mhsulhfseh \"thse:hed.hirshic h.erhe) hf(\"hxprht mhrelhckah" +
	"t \"hmbehearhlagh, `hielhfirh '|hr sh))/hnulh bih200huthh**fht ehuirhn rhy, h sphe**h  oh{0}he(shzerhs wh, ghffshgs ho ahn oh)mah 0)hwinhn bhnt)hdifhannhtegh0a,h" +
	" ruhe {hd chtsdhexih.inhs rhf eh, 3hy th r he uhhrehlizhle(h4vphwhihownhctxhlarhodihmemhnt,ht whds heashpoihokeh blharyhardh obhrevheerhng.hxceh```hd oh= iht nh" +
	"eedhhinhf ah)cahwarhoulhos.h. *huldhmovh  *hkaghhorhecihponhng(hotehme,htaihisih.lohf ihon*h**#hew(hctohoothfrehtcah(inhls hpash  nharih0x2hgoth|* h1)*hr ehup h" +
	"&& h \"ch0x4hgeshelph ouh srhd sh|x0hr) hecuh= 1hipthomeh`, hmulhnesher,h= oh 1)harrhexehr ch4, hdo h,  h))ch auhze hse(hrt(hts.hseeh crh flh00*hissheamhfaihigrh" +
	"erfh.geht ph, vhyouhmighocgh)t.hushh\"**hitshonlhacchnexhchihengh oshspohriahelihsynhutihst(hes*h muh256h/ th: th*)fhin(himahir.hraghce(hermh\"*)hishhfrah.dehn eh" +
	"hilhurrhinvhapihegeheyshrdeh*deh= lhrnahp, hd fhnt.hse.h {rhd.*h  gh `ch 1,h0)*hg, horyh100hmorhatuhey ht dhed,he\",h= phltihl lhf nhtr(hraph.pohimih**cheloher)h" +
	"veshccehskeh*``h **hnlyhon(hf chpplhtilhndlh); htophllshmptholdhpdaheprh*)\"ht  hrochay hn fht()hhemhjobht lh:*)hmakha shwilh wrhel hriehue)hls/hndshkinheofhr oh" +
	"efehrawhurlhl thpeshre.hso hd: h){\"huilhfffh= bh.fihopyhbuih= (h**the  hor)htiahorkhshahy* h# th128hse)h*clhrubhroohgcsh sahdith|n\"h, :gsolgd::gdocgop gng*gumbg" +
	"ta gs dgme)ge):g(cog*)tgno gralgpolgndog grgdepg= 'grongor,goatgs()gtokgubyg ||gd)*gy agn nghavg i gs. g *tgnetgnelg*)dgtacgrragr :ged(g\" dgsagge},gerogiltgrotg" +
	"scogdowgs.sgedeg.mag, 4gvelgt.eg idg cugrayglabgcgcg(),gotogs mgcsmge vgd rg} eggreg \"pglimgs**gonage ggs pgte*g=> gcengeryged*gsidgvedgrd:g;*}gt.sgow grgug },g" +
	"ricg\"cog 2,g rog qug.exggumg \"rg.nagittgpopgetsgampggnegslagrs.g, (glt glibgesogp =gcleg00cgubsgn'tgnc(gr *gb, garkgle*g())g \"fg yog://gdreg wogd wgrd gptygl* g" +
	"lusgwisgs\",gg agbarg scgngtgsrcgnsag \"dgmmegty gex gyncg{}*g.clgh tgotigtomg= egh sg}bygx**gng,gtptgiffg*)pgo sgxt gschgll(gellghosgaftg mygue,g:  gecagntpgst{g" +
	"f.cg**dg't g/rage\":gs:*gck(gt\",g)  g.*/gol gls.ge,*gs bgsafgon\"gt.*g eqg x grnsg(* gr rg) *gl rgr dggs.g 0*gncrgnt*gxecg2*)g}},gllyges,gnvagafegducgsorg}*}g4*)g" +
	"e hgh, gublgsitgnnogxteg > g*)eg 1 gs {g0x8gkergt**gllbgt(sghedgne*g*reg otg\"regid)gm, gt :gdongf rg*tyg |*gsh gsumghtmgnsug*frgropgf.sgrivgtmlgonvgpt ger\"gs.pg" +
	"epagdiagegigeacg8, g)fog smg0c,ginugbuggadigtpsgl \"g*) g\"ing'* gn pgtusg: agfteggthghe*gelagch(gxisgne,glpeg (sgck.gidagtwogrsog =>g.tegg =gpang 1*glbagth.gskig" +
	"natgee gjoigr fg1*)gnorgt (gig.gupdgtitg0x3g`**g \"ng)){g 20glteg0* gs egns.grtrgadagng)gtpugefoganigpteg1* g{r gyscgd ngr()g|| gnowg= dgpedgodygdivg*)bgke gsqlg" +
	"samghesgh agst*g upgusigew g emgy igr: g's g`cogttigbodggitgt(\"g(pag hoggorgk, ger:grchgkipgn\",gd\",gl)*g512gfulg6, gxt.gor.grtsgketgdstg \"ig -1gnosg:**g**2goncg" +
	"ebug64(g',*go bgilig \"bg():ge `gmisgdevgrmig, xgutpg, &g \"eg 0;g.adg } g(tsgr mgichgps:g.isgcmdgarcgystgs ugiedgctsge. gaitgstdgdebg/ cgwaigolugeakg#* gs:/gnlig" +
	"or*gst,gneeg2)*gme(g0) g# cgeangl =gy:*gcksg.apgn mgon:guerg, kg{1}gle,g #*g rige *ghowg edgorfg> lg (*go cgt hgrr)gstcg*tegslig(stgs ggs) gcifg slgon,giatg#deg" +
	"e(\"glexg \"mg//ggg ig))fgpusght g0 {gamsgne)gt gghicgct.g\"},g) dgt ug``*gm tg**`grf(gowegurig abgel1g': g**ig ('gr lgepogmusgficg.enghlig# sgnicgtupgn wg(ungrnog" +
	"o, g. tgt.fged\"g*engme*g.tyg <<goopgde)gs(sggnagaleg)sigmevg  hgpe(g.  getige.sgemsgsurgse,gitag.sigeenggs:gtifgf fge :gapegsplgs  gn: gtlegsomgrn*g0x5geekg\"teg" +
	" htgr !grodg(ctg/ ig zegr pgn)*gblig*#dgn(sge.cg, zg) (g pugrypgocegd  g (cg...gcutg)0xgam gr wgutogssog400ge.lg*)vgdetgmedg>* gr:*g*)agifygdgegy =gmpagok gr(sg" +
	"ueugciag* tg(x)gabsgby*ggs{g)vage\")gigigd *ghoogomigit(g) -g+ 1g+= g9, gd) gosigping %vgluag +=g2,*g.wrggo gou gos g*imgme\"gd mgyptgbefgmaggct(g(tyg(0xgcryg, *g" +
	"(arg)ipgdaygshegl cgknog*)0goesgbscgl(sgenuges)gn ugss.g.tog 3,grrngks gdd gnvegd()g(ergue(g 0.g irgly(gulagny gmongpeeg.vagll.gt.tgf pg  <gt:*gg* go rg6,*g?* g" +
	"))vg.chgme:gsimgy ogst)g# agdomgge(g  vgle\"get:gibegmsgglacgshlgsdnge.pgr.cgexagdumgviegr {gs.cgth(gl igdoeg.sugy sg: sglaygiscgll)gjsogc =gpe\"g.crgem gd lg lpg" +
	":bagzeog >>gf.tgiewg'|xgrnegickg))agfougoragx =giergtsegfacg*#ig))bgdoug64*gn dgeuegd dg().g\");gd pgntog, -g afggligg sgn\"*g)),gr bg\") gggegologlumgad(geepges\"g" +
	"l) gth)gs.ega cgos,gunlg.cagbreged)g brgt::g (iga bg*stg pig 0}ge <g::bgd egythg>> giocgaclginlgur g0xfg\"segio.g.fag: 1gnglgr.ngo igmpiglreg\"degvidgig gon'g {\"g" +
	"y cgon-gi, gfmtg `agvisgue}g0),gs.agod gealgf dg/cog {lg(20gctlg (rglobgumngf lg28,ggs)gr ngefrgstmge\" gssugs\" g {sgss*g7, genog c.g mpgolygylegwergal,gwasgpilg" +
	"erggslogtepgts(gllig32*glevgn.*garngteagt\"*g8,*gnt8g12,g\" {gl sgf mghrogc tgs lg \"ogil,gflegeq(gx10g(naginpgfatgumpgerbg %>gt} gof(gtr ge(cgceigrscg $rg.*fg) ig" +
	"ry:g. ig:nogf.pgr):g## gepeg'),gle)g# fgunegf.rgatsg(1,gh ig0} glstgk* gl bg/ sgr xg 2)g32(g  )gnchgiblgd(sgntfgl: g`pagne:g))ng *pgs.ngo ng.jog plg*ingolvg {$g" +
	"ix g, hg8*)gtisg(htgfolgstygap ges{g) agnvig*argst\"glangotagshigsavg {'gpubgmeogecegedggpytgid*g.rbg(t g \"ugus gnargk =g.nog gigsucglveg ``g zogg.tgt*)gousgt %g" +
	"owsgs :gughgor:gts,g %sgng\"g; ige);g (eg005g.tag= ug.spgh* gmocgpprgitlgr*)g dugunkg\"fog 'sgtoogf wgr  g>= ga =gabagboxgtylgglegrt:g % gaptgnabgxitgquogs(:gpagg" +
	"rofg joghongisagouggbolg*##g*)ogm =ges:gtvag15,gh =gsepgigugil*gpulgte,ge(rgx)*g# ig).*g= gg vignmeglscgnengs{0gtxtgnt\"g vog#ingrglgraxgobag b gn*)go |geougs\":g" +
	".acgts*grkeg56,g**sg64 g\"stg {1gth,g001gauxgllngy bg0;*g1) g10,gs*)gb =glifg'|ug 'agrdsg (tgtx,gtfigcntgevagltsgabcglnog/infseqfc (fglofnscf));f: %fr.sfop(f)*}f" +
	"ispfasifn lft vf: zf{i}fr\",fmpffzcaf0}*fxtrf)infmayfoscf){zf{zcfzoff# rfiftfn  fta)ft{yft16fx40ft.nf(\"sfswif))ef(sif<= fflufs\"*f >=fl afsibf c f <=f.fofd. ftr,f" +
	"et,f){`f *sfaphfolefstffuotf/ af 15fthsfe(tfa: foggf*irfe\"*f= -f) |fms fet.fvirf.prf1\",f*)nfsh(fthufrt.f}))fx80fe;*fffif0},f ovfeclfrttfetrfnt1favafsrefs(tf(nof" +
	"nohf.orfoksfs.rfy df eaf)})fel0fausfd*)fohefp()frrifts)fs.tforgfre*fc ifat(fgurf n fh {fbelfnd)ft.cfo pfembf}) f{stfgs,fuchfeapfgedfegafocifnd.f//*fivafcusf): f" +
	"de,fpitf}(hfmicfde(fl(rfasyf: 'fd,*fv, fg)*fyrifom/fec fleffx20f \"lfre(fr.ofpayfesif ((fr.*fe (f, 5fdmafndafeflfon)fns*fp  fizaf004fo ff *af n.fboufuidfliaf\"tyf" +
	"rgvfwayfg of)defnt}f* sf*)*fa tfrovfavifuraff bfmbofo dfaysf )*f))pftlyft('fo wffasfx18f\"),fxamfid,fa nf*cofctuf(1)f.bof \"hf(tefwraf `pfys fdarfuplfe',feinf}}*f" +
	"/**f t.fymbf< af= 2f2) f(vaf{inf 2*fcklfalff<< fr (fde.fa pf| vfngifrimfr uf drft $fs.ift.rfy)*f}\",fys.f| sfldef.haf \"/fne(faboff gf 12f= hff.df\"unfevifptofnpuf" +
	"tf(fd*efviof)cofmutf).sf00 f{}bff.bff vfme}fnk fedafs):fke(f)} f0xcf\"naftstfb.cfr.rfligfit*fen)fomafitcfg.af)},fd12f/gof.rufm sfn) ftasf*x*fmysf1}*fle:fag fonmf" +
	" \"{f\" }fchof *cfh)*f `sfum fir fs (ftuafylof00df'))fe.nft\")f 1}fex,f avfalofoo\"fe.mftelfr(\"fsc2f urf  $fddef --f= wf(exfr;*f{`pftr)fetcfzedftecfursfckifc()fa ff" +
	"gemf(def)rtfn\")f {{foplft(rfs);f(chf* if.lif(fif0x6f 2 fed:fr|nf (afocsfa rf/ ffirofidlfgivf* af:tef) &f**pfippfub.fo efdrafrnif|r|ff {fddif->sfmprf0x7f(\"tf{lif" +
	"t):f:reflsof(0,fetwfnrefridfivifal*f-1)fodsfncafd {fbadf- 1fikefecrf))of.mof(c)fcerfl dfetof pyfup(fzatfkupfhubf & fs.mf twfnniftmpf|u0f%>*fal:fpipfa* f*)wftief" +
	"(diflikf>>>fil)flopfabifd\")fd25f`},f=nofd51fe*/f hifrs,fercfs hfoubfiplfwidffe.f ..f|*)ft;*fcedfd);f``rfgisfy rfck)fax ftipft'sfd |fvatfcauf) !fn :fl ofh cffo f" +
	".leff.ffeftf okf.htf\" =fs::f/*/fn()feq f00)f* cfrabf{t}f`ruf  >f.t)fuenf) +fr**fwn f800f  -f: pfy: favxforcfis*f/*)fe} f1},f*pafh dfc: f{2}frfaf-stfth*fk)*f x*f" +
	"00,fvpsfbalfd ufg rfnimfovifn \"f(syfh of)syfg cfptsfin*ft))fe1 f<%=f%= ftpafe(nfb: f\"}*feigfolsf(vof> \"fbraf1} fl pftdefe.gf iofy wfpurft.if0\",f: 2fog.fn**frerf" +
	"vpmf: :fpicf(rafpkgfcumfriofs,*fe))f %dfte}f*thf/ ufweefgoof\"dbft(tfrshfn (f({}frtyf32 f: ff(\"df x)f::rft. f10)f}} florfpr(f(srfbsdfccof0; ft}*fsabfn.cf (nfsisf" +
	"seaf::tf olfr(efmp(fg) f0.0f (pfet)f**vf(osfxrefxinf luf <tf:fofe.efnt:fun fsueft.pf\"nof 'cff =f))\"f (1fsacftadf=trfpyrficof)erfnthff.lfze(fnspf0|xfzenfg fft(pf" +
	"k ifg lf :pf1),ftdof/ {fttyf::cfl(2f. afdy fhiffce.ft),fadvfes/fs',fst}f b.fr\"*f \"gfv\",fec.f\"acfk tfo mfgatf-1}fotsfot,f 'ffdltfossfsicf(a,f 'bfed1f \" fpmef{})f"
