//! Names from many regions, in their own scripts.
//!
//! A name whose Latin spelling does not follow from its letters carries it behind a `=`, for the e-mail
//! address. Common names come first, and are chosen more often.

use frontdesk_model::search::fold;

/// Order of given and family name.
#[derive(Clone, Copy)]
pub(super) enum Order {
    GivenFirst,
    FamilyFirst,
    /// Family name first, without a space.
    Joined,
    /// The given name, then one family name from each parent.
    TwoFamilies,
}

/// Names of one region.
pub(super) struct Region {
    /// ISO 3166 code of a country where these names are common; used as a subdomain.
    pub(super) code: &'static str,
    /// Share of all users with such names, relative to the sum of all shares.
    pub(super) share: u32,
    pub(super) order: Order,
    pub(super) given: &'static [&'static str],
    pub(super) family: &'static [&'static str],
}

/// A name and its Latin letters.
pub(super) fn spelt(entry: &'static str) -> (&'static str, String) {
    let (name, latin) = entry.split_once('=').unwrap_or((entry, entry));
    (name, fold(latin).chars().filter(char::is_ascii_lowercase).collect())
}

macro_rules! regions {
    ($($code:ident $share:literal $order:ident
       given [$($given:literal)*]
       family [$($family:literal)*])*) => {
        pub(super) const REGIONS: &[Region] = &[$(Region {
            code: stringify!($code),
            share: $share,
            order: Order::$order,
            given: &[$($given,)*],
            family: &[$($family,)*],
        },)*];
    };
}

regions! {
    us 12 GivenFirst
    given ["James" "Mary" "Michael" "Patricia" "Robert" "Jennifer" "John" "Linda" "David" "Elizabeth" "William"
        "Susan" "Daniel" "Jessica" "Joseph" "Sarah" "Thomas" "Karen" "Charles" "Lisa" "Matthew" "Nancy" "Anthony"
        "Ashley" "Emily" "Andrew" "Olivia" "Joshua" "Grace" "Ethan" "Chloe" "Nathan" "Ruth" "Walter"]
    family ["Smith" "Johnson" "Williams" "Brown" "Jones" "Miller" "Davis" "Wilson" "Anderson" "Taylor" "Moore"
        "Jackson" "Martin" "Lee" "Thompson" "White" "Harris" "Clark" "Lewis" "Robinson" "Walker" "Young" "Allen"
        "King" "Wright" "Scott" "Hill" "Green" "Adams" "Baker" "Nelson" "Carter" "Mitchell" "Whitfield"]
    gb 4 GivenFirst
    given ["Oliver" "Amelia" "George" "Isla" "Harry" "Ava" "Jack" "Freya" "Charlie" "Florence" "Alfie" "Poppy"
        "Rhys" "Seren" "Callum" "Eilidh" "Niamh" "Siobhán" "Declan" "Aoife"]
    family ["Evans" "Hughes" "Roberts" "Edwards" "Wood" "Turner" "Cooper" "Ward" "Campbell" "Stewart" "MacDonald"
        "Murphy" "O'Brien" "Ó Súilleabháin" "Fitzgerald" "Griffiths" "Ashworth" "Smith-Jones" "Okonkwo-Reed" "Patel"]
    in 10 GivenFirst
    given ["Aarav" "Ananya" "Arjun" "Priya" "Rahul" "Neha" "Vikram" "Kavya" "Rohan" "Pooja" "Sanjay" "Divya" "Amit"
        "Lakshmi" "Karthik" "Meera" "Imran" "Fatima" "Gurpreet" "Harleen" "Suresh" "Deepika" "Nikhil" "Shreya"]
    family ["Kumar" "Sharma" "Singh" "Patel" "Reddy" "Gupta" "Nair" "Iyer" "Khan" "Das" "Mehta" "Joshi" "Rao"
        "Verma" "Banerjee" "Chatterjee" "Kaur" "Menon" "Pillai" "Desai" "Kulkarni" "Bose" "Choudhury" "Subramanian"]
    in 3 GivenFirst
    given ["राहुल=rahul" "प्रिया=priya" "अमित=amit" "सुनीता=sunita" "विजय=vijay" "अंजलि=anjali" "रवि=ravi" "कविता=kavita"
        "मोहन=mohan" "गीता=geeta" "अर्जुन=arjun" "पूजा=pooja"]
    family ["कुमार=kumar" "शर्मा=sharma" "सिंह=singh" "यादव=yadav" "गुप्ता=gupta" "मिश्रा=mishra" "वर्मा=verma" "पांडे=pandey"
        "तिवारी=tiwari" "जोशी=joshi"]
    in 1 GivenFirst
    given ["முருகன்=murugan" "கவிதா=kavitha" "செல்வம்=selvam" "மீனா=meena" "கார்த்திக்=karthik" "லட்சுமி=lakshmi"]
    family ["சுப்பிரமணியன்=subramanian" "ராமசாமி=ramasamy" "நடராஜன்=natarajan" "கிருஷ்ணன்=krishnan" "பாண்டியன்=pandian"]
    cn 9 Joined
    given ["伟=wei" "芳=fang" "娜=na" "敏=min" "静=jing" "强=qiang" "磊=lei" "洋=yang" "艳=yan" "勇=yong" "军=jun" "杰=jie"
        "秀英=xiuying" "丽=li" "明=ming" "浩然=haoran" "梓涵=zihan" "雨桐=yutong" "子轩=zixuan" "欣怡=xinyi" "思远=siyuan"
        "晓梅=xiaomei" "建国=jianguo" "志强=zhiqiang"]
    family ["王=wang" "李=li" "张=zhang" "刘=liu" "陈=chen" "杨=yang" "黄=huang" "赵=zhao" "吴=wu" "周=zhou" "徐=xu" "孙=sun"
        "马=ma" "朱=zhu" "胡=hu" "郭=guo" "何=he" "林=lin" "高=gao" "罗=luo" "郑=zheng" "梁=liang" "欧阳=ouyang"]
    tw 1 Joined
    given ["怡君=yijun" "雅婷=yating" "家豪=jiahao" "志明=zhiming" "淑芬=shufen" "冠宇=guanyu" "承恩=chengen" "詩涵=shihan"]
    family ["陳=chen" "林=lin" "黃=huang" "張=chang" "李=lee" "王=wang" "吳=wu" "劉=liu" "蔡=tsai" "楊=yang" "許=hsu"]
    jp 5 FamilyFirst
    given ["蓮=ren" "陽翔=haruto" "湊=minato" "結衣=yui" "葵=aoi" "さくら=sakura" "大輔=daisuke" "健太=kenta" "美咲=misaki"
        "陽菜=hina" "直樹=naoki" "恵子=keiko" "拓海=takumi" "由美子=yumiko" "翔太=shota" "ひかり=hikari" "誠=makoto" "明美=akemi"]
    family ["佐藤=sato" "鈴木=suzuki" "高橋=takahashi" "田中=tanaka" "伊藤=ito" "渡辺=watanabe" "山本=yamamoto" "中村=nakamura"
        "小林=kobayashi" "加藤=kato" "吉田=yoshida" "山田=yamada" "佐々木=sasaki" "松本=matsumoto" "井上=inoue" "木村=kimura"
        "長谷川=hasegawa" "森=mori"]
    kr 4 Joined
    given ["민준=minjun" "서연=seoyeon" "지훈=jihoon" "수빈=subin" "현우=hyunwoo" "지우=jiwoo" "영숙=youngsook" "성민=sungmin"
        "하은=haeun" "준호=junho" "유진=yujin" "도윤=doyun" "예은=yeeun" "은주=eunju"]
    family ["김=kim" "이=lee" "박=park" "최=choi" "정=jung" "강=kang" "조=cho" "윤=yoon" "장=jang" "임=lim" "한=han" "오=oh"
        "신=shin" "황=hwang"]
    vn 3 FamilyFirst
    given ["Minh Anh" "Hùng" "Lan" "Tuấn" "Thảo" "Đức=duc" "Ngọc" "Quang Huy" "Phương" "Long" "Hương" "Khánh Linh" "Bảo"]
    family ["Nguyễn" "Trần" "Lê" "Phạm" "Hoàng" "Phan" "Vũ" "Đặng=dang" "Bùi" "Đỗ=do" "Hồ" "Ngô" "Dương"]
    th 1 GivenFirst
    given ["สมชาย=somchai" "สุดา=suda" "อนงค์=anong" "นิรันดร์=nirand" "มาลี=malee" "กิตติ=kitti" "พิมพ์ชนก=pimchanok"]
    family ["ศรีสุข=srisuk" "แก้วมณี=kaewmanee" "ทองดี=thongdee" "บุญมา=boonma" "วงศ์ไทย=wongthai" "จันทร์เพ็ญ=chanpen"]
    id 4 GivenFirst
    given ["Budi" "Siti" "Agus" "Dewi" "Eko" "Rina" "Putri" "Andi" "Wayan" "Ayu" "Rizky" "Intan" "Bambang" "Nurul"]
    family ["Santoso" "Wijaya" "Saputra" "Lestari" "Hidayat" "Siregar" "Nugroho" "Wibowo" "Rahayu" "Pratama" "Halim"]
    ph 2 GivenFirst
    given ["Juan Miguel" "Maria Cristina" "Jose" "Angelica" "Mark" "Kristine" "Paolo" "Rosalinda" "Jericho" "Bea"]
    family ["Santos" "Reyes" "Cruz" "Bautista" "dela Cruz" "Garcia" "Mendoza" "Villanueva" "Aquino" "Macaraeg"]
    pk 2 GivenFirst
    given ["محمد علی=mohammadali" "عائشہ=ayesha" "احمد=ahmed" "فاطمہ=fatima" "بلال=bilal" "زینب=zainab" "عمر=umar" "حنا=hina"]
    family ["خان=khan" "ملک=malik" "حسین=hussain" "قریشی=qureshi" "شیخ=sheikh" "بٹ=butt" "چوہدری=chaudhry"]
    eg 3 GivenFirst
    given ["محمد=mohamed" "فاطمة=fatma" "أحمد=ahmed" "مريم=mariam" "عمر=omar" "نور=nour" "يوسف=youssef" "ليلى=layla"
        "خالد=khaled" "سارة=sara" "حسن=hassan" "هدى=hoda"]
    family ["حسن=hassan" "إبراهيم=ibrahim" "السيد=elsayed" "عبد الله=abdallah" "المصري=elmasry" "منصور=mansour" "صالح=saleh"
        "النجار=elnaggar" "عثمان=osman"]
    ir 1 GivenFirst
    given ["علی=ali" "زهرا=zahra" "رضا=reza" "مریم=maryam" "حسین=hossein" "نازنین=nazanin" "آرش=arash" "شیرین=shirin"]
    family ["محمدی=mohammadi" "حسینی=hosseini" "احمدی=ahmadi" "رضایی=rezaei" "کریمی=karimi" "موسوی=mousavi" "تهرانی=tehrani"]
    il 1 GivenFirst
    given ["נועם=noam" "יעל=yael" "דוד=david" "תמר=tamar" "איתי=itai" "שירה=shira" "יוסף=yosef" "מיכל=michal"]
    family ["כהן=cohen" "לוי=levi" "מזרחי=mizrahi" "פרץ=peretz" "ביטון=biton" "פרידמן=friedman" "אברהם=avraham"]
    tr 3 GivenFirst
    given ["Mehmet" "Ayşe" "Mustafa" "Elif" "Ahmet" "Zeynep" "Emre" "Fatma" "Çağlar" "Gülşen" "Işıl=isil" "Ömer" "Yağmur"]
    family ["Yılmaz=yilmaz" "Kaya" "Demir" "Şahin" "Çelik" "Yıldız=yildiz" "Öztürk" "Aydın=aydin" "Arslan" "Doğan" "Koç"]
    de 5 GivenFirst
    given ["Anna" "Lukas" "Lena" "Maximilian" "Sophie" "Paul" "Jürgen" "Käthe" "Jonas" "Mia" "Felix" "Hannah" "Björn"
        "Sabine" "Wolfgang" "Greta" "Matthias" "Heike" "Emil" "Frieda"]
    family ["Müller" "Schmidt" "Schneider" "Fischer" "Weber" "Meyer" "Wagner" "Becker" "Schulz" "Hoffmann" "Schäfer"
        "Koch" "Bauer" "Richter" "Klein" "Wolf" "Schröder" "Neumann" "Groß=gross" "Weiß=weiss" "von der Heide"]
    fr 4 GivenFirst
    given ["Marie" "Jean" "Camille" "Louis" "Léa" "Hugo" "Chloé" "Jules" "Amélie" "François" "Zoé" "Théo" "Inès"
        "Jean-Baptiste" "Margaux" "Océane" "Mathéo" "Hélène"]
    family ["Martin" "Bernard" "Dubois" "Thomas" "Robert" "Richard" "Petit" "Durand" "Leroy" "Moreau" "Lefèvre" "Roux"
        "Girard" "Lambert" "Fontaine" "Chevalier" "François" "d'Aubigné" "Diallo" "Le Goff"]
    es 3 TwoFamilies
    given ["María" "José" "Lucía" "Antonio" "Carmen" "Javier" "Sofía" "Álvaro" "Martina" "Íñigo" "Begoña" "Pablo" "Nuria"]
    family ["García" "Rodríguez" "González" "Fernández" "López" "Martínez" "Sánchez" "Pérez" "Gómez" "Muñoz" "Jiménez"
        "Ibáñez" "Núñez" "Ortega" "Castro" "Vidal"]
    mx 4 TwoFamilies
    given ["Guadalupe" "Juan" "Ximena" "Luis" "Valentina" "Carlos" "Fernanda" "Diego" "Regina" "Emiliano" "Renata" "Raúl"]
    family ["Hernández" "García" "Martínez" "López" "Ramírez" "Flores" "Torres" "Rivera" "Cruz" "Morales" "Reyes" "Mendoza"
        "Ortiz" "Quispe" "Peña"]
    br 6 TwoFamilies
    given ["Maria" "João" "Ana" "Pedro" "Beatriz" "Gabriel" "Larissa" "Lucas" "Letícia" "Rafael" "Camila" "Thiago" "Júlia"
        "Vinícius" "Conceição" "Otávio"]
    family ["Silva" "Santos" "Oliveira" "Souza" "Lima" "Pereira" "Ferreira" "Costa" "Almeida" "Ribeiro" "Carvalho" "Araújo"
        "Gonçalves" "Assunção" "Nascimento" "Moraes"]
    it 3 GivenFirst
    given ["Francesco" "Giulia" "Alessandro" "Sofia" "Lorenzo" "Aurora" "Matteo" "Alice" "Niccolò" "Chiara" "Davide" "Elisa"]
    family ["Rossi" "Russo" "Ferrari" "Esposito" "Bianchi" "Romano" "Colombo" "Ricci" "Marino" "Greco" "De Luca" "D'Angelo"
        "Nicolò"]
    pl 1 GivenFirst
    given ["Zofia" "Julia" "Maja" "Hanna" "Katarzyna" "Małgorzata=malgorzata" "Agnieszka" "Świętosława=swietoslawa"]
    family ["Nowak" "Kowalska" "Wiśniewska" "Wójcik" "Kamińska" "Lewandowska" "Zielińska" "Szymańska" "Dąbrowska"]
    pl 1 GivenFirst
    given ["Jan" "Antoni" "Jakub" "Stanisław=stanislaw" "Paweł=pawel" "Michał=michal" "Krzysztof" "Łukasz=lukasz"]
    family ["Nowak" "Kowalski" "Wiśniewski" "Wójcik" "Kamiński" "Lewandowski" "Zieliński" "Szymański" "Dąbrowski"]
    ru 2 GivenFirst
    given ["Анна=anna" "Мария=maria" "Екатерина=ekaterina" "Ольга=olga" "Дарья=daria" "Наталья=natalia" "Ирина=irina"]
    family ["Иванова=ivanova" "Смирнова=smirnova" "Кузнецова=kuznetsova" "Попова=popova" "Соколова=sokolova"
        "Новикова=novikova" "Морозова=morozova" "Щербакова=shcherbakova"]
    ru 2 GivenFirst
    given ["Александр=alexander" "Дмитрий=dmitry" "Максим=maxim" "Сергей=sergey" "Иван=ivan" "Алексей=alexey" "Фёдор=fedor"]
    family ["Иванов=ivanov" "Смирнов=smirnov" "Кузнецов=kuznetsov" "Попов=popov" "Соколов=sokolov" "Лебедев=lebedev"
        "Козлов=kozlov" "Щербаков=shcherbakov"]
    ua 2 GivenFirst
    given ["Олена=olena" "Тарас=taras" "Оксана=oksana" "Андрій=andriy" "Юлія=yulia" "Богдан=bohdan" "Ірина=iryna" "Микола=mykola"]
    family ["Шевченко=shevchenko" "Бондаренко=bondarenko" "Коваленко=kovalenko" "Ткаченко=tkachenko" "Мельник=melnyk"
        "Гончаренко=honcharenko" "Їжакевич=yizhakevych"]
    gr 1 GivenFirst
    given ["Γιώργος=giorgos" "Μαρία=maria" "Δημήτρης=dimitris" "Ελένη=eleni" "Νίκος=nikos" "Κατερίνα=katerina" "Ιωάννα=ioanna"]
    family ["Παπαδόπουλος=papadopoulos" "Γεωργίου=georgiou" "Ιωάννου=ioannou" "Οικονόμου=oikonomou" "Νικολάου=nikolaou"]
    se 2 GivenFirst
    given ["Erik" "Astrid" "Lars" "Åsa" "Oskar" "Linnéa" "Søren=soren" "Ingrid" "Bjørn=bjorn" "Freja" "Þórunn=thorunn" "Ævar=aevar"]
    family ["Andersson" "Johansson" "Lindström" "Öberg" "Sjögren" "Hansen" "Nielsen" "Jørgensen=jorgensen" "Bjørklund=bjorklund"
        "Guðmundsdóttir=gudmundsdottir"]
    fi 1 GivenFirst
    given ["Aino" "Eero" "Helmi" "Väinö" "Sanna" "Mikko" "Tuuli" "Jyrki"]
    family ["Korhonen" "Virtanen" "Mäkinen" "Nieminen" "Hämäläinen" "Laine" "Järvinen" "Niinistö"]
    nl 2 GivenFirst
    given ["Daan" "Emma" "Sem" "Julia" "Bram" "Saskia" "Joris" "Fleur" "Thijs" "Anouk" "Renée"]
    family ["de Jong" "Jansen" "de Vries" "van den Berg" "Bakker" "van Dijk" "Visser" "Smit" "Mulder" "'t Hart"]
    hu 1 FamilyFirst
    given ["László" "Mária" "István" "Erzsébet" "Gábor" "Zsuzsanna" "Bence" "Réka" "Ödön"]
    family ["Nagy" "Kovács" "Tóth" "Szabó" "Horváth" "Varga" "Kiss" "Molnár" "Németh" "Fűrész"]
    cz 1 GivenFirst
    given ["Tereza" "Jiří" "Eliška" "Tomáš" "Kateřina" "Ondřej" "Žofie" "Štěpán"]
    family ["Dvořák" "Němec" "Hájek" "Kučera" "Krejčí" "Blažek" "Říha" "Beneš"]
    ng 5 GivenFirst
    given ["Chinedu" "Ngozi" "Oluwaseun" "Adaeze" "Emeka" "Folake" "Ibrahim" "Aisha" "Tunde" "Chiamaka" "Babajide" "Halima"
        "Ọlámìdé"]
    family ["Okafor" "Adeyemi" "Eze" "Balogun" "Okonkwo" "Ogunleye" "Bello" "Nwosu" "Abubakar" "Adébáyọ̀" "Danjuma"]
    ke 3 GivenFirst
    given ["Wanjiku" "Otieno" "Akinyi" "Kamau" "Mwende" "Kipchoge" "Amina" "Baraka" "Zawadi" "Njeri"]
    family ["Mwangi" "Odhiambo" "Kariuki" "Ochieng" "Kimani" "Mutua" "Wambui" "Cheruiyot" "Hassan" "Ndung'u"]
    et 1 GivenFirst
    given ["አበበ=abebe" "ትርሃስ=tirhas" "ዳዊት=dawit" "ሰላም=selam" "ሃና=hanna" "ዮሐንስ=yohannes"]
    family ["በቀለ=bekele" "ተስፋዬ=tesfaye" "ገብረ=gebre" "ከበደ=kebede" "ታደሰ=tadesse"]
    ge 1 GivenFirst
    given ["გიორგი=giorgi" "ნინო=nino" "ლევან=levan" "თამარ=tamar" "დავით=davit" "მარიამ=mariam"]
    family ["ბერიძე=beridze" "კაპანაძე=kapanadze" "გელაშვილი=gelashvili" "მაისურაძე=maisuradze"]
    am 1 GivenFirst
    given ["Արամ=aram" "Անի=ani" "Տիգրան=tigran" "Նարե=nare" "Դավիթ=davit"]
    family ["Պետրոսյան=petrosyan" "Հակոբյան=hakobyan" "Գրիգորյան=grigoryan" "Սարգսյան=sargsyan"]
    pf 1 GivenFirst
    given ["Hina" "Teva" "Moana" "Manaarii" "Leilani" "Kaʻiulani=kaiulani" "Tāne" "Māhealani" "Sione" "Lupe"]
    family ["Teriitehau" "Kealoha" "Tamatoa" "Kahananui" "Taufa" "Fonoti" "Parata" "Ngata" "Ihimaera"]
}

#[cfg(test)]
mod tests {
    use frontdesk_model::PersonName;

    use super::*;

    #[test]
    fn every_name_can_be_signed_up_with_and_spelt_in_latin_letters() {
        for region in REGIONS {
            assert!(
                region.share > 0 && !region.given.is_empty() && !region.family.is_empty(),
                "{}",
                region.code
            );
            for entry in region.given.iter().chain(region.family) {
                let (name, latin) = spelt(entry);
                assert_eq!(PersonName::parse(name).unwrap().as_str(), name);
                assert!(!latin.is_empty(), "{entry}");
                // Letters that are no accented Latin letters must not get lost.
                let letters = fold(entry.split('=').next_back().unwrap());
                let letters: String = letters.chars().filter(|c| c.is_alphanumeric()).collect();
                assert_eq!(latin, letters, "{entry} is to be spelt behind a =");
            }
        }
    }
}
