#pragma once
namespace stablesoftmax {
constexpr char sigmoid_doc[] = "x";
constexpr char log_sigmoid_doc[] = "x";
constexpr char softplus_doc[] = "x";
constexpr char log1mexp_doc[] = "x";
constexpr char logit_doc[] = "x";
constexpr char logaddexp_doc[] = "x";
constexpr char logsubexp_doc[] = "x";
}
