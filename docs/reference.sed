# For the reference: members that a concept or a strategy must have are explained there, and not again in each type that has them.
/^ *static constexpr auto input = /        s|^ *|&/** What it reads: see Kernel. */ |
/^ *static constexpr auto inputs =/        s|^ *|&/** What it reads: see Kernel. */ |
/^ *static constexpr \(mil::Value\|auto\) body(/     s|^ *|&/** What it computes: see Kernel. */ |
/^ *static constexpr std::string_view name = /   s|^ *|&/** What reports call it. */ |
/^ *static constexpr std::size_t lanes = /       s|^ *|&/** Passes in flight: see Executor. */ |
/^ *static constexpr std::string_view description = / s|^ *|&/** What reports say of it. */ |
/^ *static constexpr transfer::Link link = /     s|^ *|&/** Whether a link has one surface or two: see Transfer. */ |
/^ *static constexpr Link link = /               s|^ *|&/** Whether a link has one surface or two: see Transfer. */ |
/^ *static constexpr bool delivers = /           s|^ *|&/** Whether the next kernel reads what this one gave: see Transfer. */ |
/^ *using \(Surface\|Program\|Request\) = /      s|^ *|&/** See Device. */ |
/^ *explicit \(Inline\|SerialQueue\|Overlapped\)(std::size_t/  s|^ *|&/** For passes of so many jobs: see Executor. */ |
/^ *void run(std::span<const Lane> /             s|^ *|&/** Does the jobs of each lane: see Executor. */ |
/^ *static constexpr Hops hops = /               s|^ *|&/** Whether each step is handed to a queue: see Executor. */ |
/^ *void operator()(std::size_t.*std::span<float>.*) const {/  s|^ *|&/** Fills one tensor: see WeightSource. */ |
/^ *const mil::TensorType& type() const { return type_; }/  s|^ *|&/** What it holds: see Surface. */ |
/= default;/                                     s|^ *|&/** As the compiler makes it. */ |
# The words of enumerations stand where `words_of` is explained, and in reports; the reference has no entry for each.
/^template <>$/ {
  N
  /words_of</ {
    :rest
    /;$/! {
      N
      b rest
    }
    d
  }
}
