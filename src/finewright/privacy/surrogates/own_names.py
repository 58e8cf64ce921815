"""Common names of languages that other lists lack, or lack in Latin letters. Facts about names, and nobody's list.

Each language is a provider as Faker has them: `first_names_male`, `first_names_female`, `first_names`, `last_names`.
"""

from dataclasses import dataclass

from finewright.privacy.surrogates.writing import words


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a language, one word each, with a capital at their beginning."""

    first_names_male: tuple[str, ...]
    first_names_female: tuple[str, ...]
    last_names: tuple[str, ...]

    @property
    def first_names(self) -> tuple[str, ...]:
        """Given names of either sex."""
        return (*self.first_names_male, *self.first_names_female)


OWN_NAMES = {
    "ja_Latn": Names(
        words(
            "Akira Daiki Daisuke Eiji Fumio Goro Haruto Hideki Hiroshi Hiroto Ichiro Isamu Jiro Junichi Kazuo "
            "Kenji Kenta Kohei Koji Makoto Masao Masaru Minoru Naoki Noboru Osamu Riku Ryota Satoshi Shigeru "
            "Shinji Shota Susumu Tadashi Takashi Takeshi Taro Tetsuya Tomohiro Toshio Tsutomu Yasuo Yoshio Yuji "
            "Yusuke Yutaka"
        ),
        words(
            "Akiko Asuka Ayako Ayumi Chiyoko Emiko Etsuko Fumiko Hanako Haruka Hiroko Hitomi Izumi Junko Kaori "
            "Kazuko Keiko Kiyoko Kumiko Mariko Mayumi Megumi Michiko Miyuki Naoko Natsuki Noriko Reiko Sachiko "
            "Sakura Satomi Setsuko Shizuka Sumiko Tamiko Tomoko Toshiko Yasuko Yoko Yoshiko Yui Yukiko Yumiko"
        ),
        words(
            "Abe Aoki Arai Endo Fujii Fujita Fujiwara Fukuda Goto Hara Harada Hasegawa Hashimoto Hayashi Honda "
            "Ikeda Imai Inoue Ishida Ishii Ishikawa Ito Iwasaki Kaneko Kato Kimura Kobayashi Kojima Kondo Maeda "
            "Matsuda Matsumoto Miura Miyazaki Mori Morita Murakami Nakagawa Nakajima Nakamura Nakano Nishimura "
            "Noguchi Ogawa Okada Okamoto Ono Ota Saito Sakai Sakamoto Sasaki Sato Shibata Shimizu Suzuki Takada "
            "Takagi Takahashi Takeuchi Tamura Tanaka Ueda Ueno Wada Watanabe Yamada Yamaguchi Yamamoto Yamashita "
            "Yokoyama Yoshida"
        ),
    ),
    "zh_Latn": Names(
        words(
            "Bo Chao Cheng Dong Fei Gang Guang Guo Hao Hong Hui Jian Jianguo Jie Jun Kai Lei Liang Ming Ning Peng "
            "Qiang Rui Shan Tao Wei Weidong Wen Xiaoming Xin Yang Yong Zhen Zhiqiang Zhong"
        ),
        words(
            "Ai Bei Chunhua Dan Fang Fen Guiying Hongmei Huan Jiayi Jing Juan Lan Lihua Lijuan Meiling Mengmeng "
            "Na Ping Qian Qing Rong Shu Shuang Ting Xia Xiaohong Xiulan Xue Yan Ying Yuan Yulan Yun Zihan"
        ),
        words(
            "Cai Cao Chen Cheng Cui Deng Ding Dong Du Duan Fang Feng Gao Gong Guo Hao He Hou Hu Huang Jiang Jin "
            "Kong Lei Liang Liao Lin Liu Luo Mao Meng Ouyang Pan Peng Qian Qiao Qin Qiu Ren Shao Shen Shi Song Su "
            "Sun Tan Tang Tao Tian Wan Wang Wei Wu Xia Xiang Xiao Xie Xiong Xu Xue Yan Yang Yao Yin Yu Yuan Zeng "
            "Zhang Zhao Zheng Zhong Zhou Zhu Zou"
        ),
    ),
    "ko_Latn": Names(
        words(
            "Byungho Chulsoo Dohyun Donghyun Geonwoo Hojin Hyunwoo Inho Jaehyun Jihoon Jinwoo Jongsu Joonho "
            "Junseo Kyungsoo Minho Minjun Namjoon Sanghoon Seojun Seungmin Sungho Taehyung Woojin Yongho Youngsoo"
        ),
        words(
            "Boyoung Chaewon Eunji Eunjung Gayoung Haeun Hyejin Hyunjung Jieun Jihye Jimin Jiwoo Jiyoung Kyunghee "
            "Minji Minseo Miyoung Nayoung Seoyeon Seoyun Sohee Soojin Sujin Yeonjoo Yejin Yoona Yuna"
        ),
        words(
            "Ahn Bae Baek Byun Cha Choi Chung Eom Gwon Hwang Hyun Jang Jeong Joo Jung Kang Kim Ko Koo Kwak Kwon "
            "Lim Moon Nam Noh Oh Paik Pyo Ryu Seo Shim Shin Sohn Son Sung Woo Yeon Yoo Yoon Yun"
        ),
    ),
    "vi_Latn": Names(
        words(
            "Anh Bình Cường Dũng Đạt Đức Hải Hiếu Hoàng Hùng Huy Khánh Khoa Kiên Mạnh Minh Nam Nghĩa Nhân Phong "
            "Phúc Quang Quân Sơn Tâm Thắng Thành Thịnh Tiến Toàn Trung Tú Tuấn Việt Vinh"
        ),
        words(
            "Chi Diệp Dung Giang Hà Hạnh Hằng Hiền Hoa Hồng Hương Huyền Lan Liên Linh Loan Mai My Nga Ngân Ngọc "
            "Nguyệt Nhung Như Oanh Phương Phượng Quyên Quỳnh Thảo Thu Thủy Trang Trinh Tuyết Vân Yến"
        ),
        words(
            "Bùi Cao Châu Đặng Đào Đinh Đoàn Đỗ Dương Hà Hồ Hoàng Huỳnh Lâm Lê Lương Lưu Lý Mạc Mai Ngô Nguyễn "
            "Ông Phạm Phan Phùng Quách Tạ Thái Tô Tôn Trần Trịnh Trương Từ Văn Võ Vũ Vương"
        ),
    ),
    "hi_Latn": Names(
        words(
            "Aditya Ajay Akash Amit Anil Arjun Arun Ashok Deepak Dinesh Gaurav Gopal Harish Ishaan Jayesh Karthik "
            "Krishna Kunal Lokesh Mahesh Manoj Mohan Mukesh Naveen Nikhil Nitin Pankaj Prakash Pranav Rahul "
            "Rajesh Rajiv Rakesh Ramesh Ravi Rohan Rohit Sachin Sandeep Sanjay Satish Suresh Tarun Uday Vijay "
            "Vikram Vinod Vivek Yash"
        ),
        words(
            "Aarti Aishwarya Ananya Anjali Asha Bhavna Chitra Deepa Divya Gayatri Geeta Harini Indira Ishita Jaya "
            "Jyoti Kavita Kiran Lakshmi Lata Madhuri Meena Meera Nandini Neha Nisha Padma Pooja Priya Radha Rani "
            "Rashmi Rekha Ritu Sangeeta Savita Shanti Shilpa Shreya Sita Smita Sneha Sunita Sushma Swati Uma Usha "
            "Vandana Vidya"
        ),
        words(
            "Agarwal Ahuja Anand Banerjee Basu Bhatia Bhatt Bose Chakraborty Chatterjee Chauhan Chopra Das Desai "
            "Deshmukh Dutta Gandhi Ghosh Goyal Gupta Iyer Iyengar Jain Jha Joshi Kapoor Kaur Khanna Kulkarni "
            "Kumar Malhotra Mehra Mehta Menon Mishra Mukherjee Nair Narayan Pandey Patel Patil Pillai Prasad Rao "
            "Rastogi Reddy Saxena Sen Shah Sharma Shukla Singh Sinha Srinivasan Subramaniam Tiwari Trivedi Varma "
            "Verma Yadav"
        ),
    ),
    "ar_Latn": Names(
        words(
            "Abdullah Abdulrahman Ahmed Ahmad Amir Anwar Ayman Bilal Faisal Farid Fouad Hamza Hassan Hussein "
            "Ibrahim Imran Ismail Jamal Kareem Karim Khaled Khalid Mahmoud Marwan Mohamed Mohammad Mohammed "
            "Muhammad Mustafa Nabil Nasser Omar Osama Rashid Sami Samir Tariq Walid Yasser Yousef Youssef Zaid"
        ),
        words(
            "Aisha Amal Amina Asma Aya Dalia Dina Farah Fatima Ghada Hala Hanan Huda Jamila Khadija Lamia Latifa "
            "Layla Leila Lubna Maha Maryam Mona Nadia Najwa Noura Rania Rasha Salma Samira Sana Shadia Suad "
            "Yasmin Zahra Zainab"
        ),
        words(
            "Abbas Abdi Ali Amin Awad Aziz Bakr Darwish Daoud Fadel Farouk Ghanem Habib Haddad Hakim Hamdan Hamid "
            "Hamdi Hariri Hashem Jaber Kassem Khalil Khan Khatib Khoury Mahdi Mansour Masri Mousa Naser Najjar "
            "Qasim Rahman Said Saleh Salem Sayed Shaheen Sharif Suleiman Taha Tawfiq Younis Zaki Zidan"
        ),
    ),
    "pl_PL": Names(
        (),
        (),
        words(
            "Adamczyk Adamski Bąk Baran Błaszczyk Borkowski Cieślak Czarnecki Dąbrowski Duda Dudek Gajewski "
            "Górski Grabowski Jabłoński Jankowski Jasiński Kaczmarek Kalinowski Kamiński Kowalczyk Kowalski "
            "Kozłowski Król Krawczyk Kubiak Lewandowski Lis Maciejewski Majewski Malinowski Mazur Michalski Nowak "
            "Nowakowski Nowicki Olszewski Ostrowski Pawłowski Piotrowski Przybylski Rutkowski Sadowski Sawicki "
            "Sikora Sikorski Sobczak Sokołowski Stępień Szczepański Szymański Tomaszewski Urbański Walczak "
            "Wasilewski Wieczorek Wilk Wiśniewski Witkowski Włodarczyk Wójcik Woźniak Wróbel Wysocki Zając "
            "Zakrzewski Zalewski Zawadzki Zieliński Ziółkowski"
        ),
    ),
}
"""By language and letters; those of Poland are the family names alone, without the endings of women."""
